// The mock provider on a thread of its own in the gateway's process: `drover serve` serves it when nothing is
// configured, so that a newcomer gets an answer before having a key.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "config/settings.h"
#include "mock/server/mock_thread.h"

namespace drover::cli {

class EmbeddedMock {
 public:
  /// Starts the mock on a free port of 127.0.0.1. Errors: those of binding.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedMock>> start();

  [[nodiscard]] std::string base_url() const { return mock_->server().base_url(); }
  /// A key that the mock accepts.
  [[nodiscard]] static std::string a_key();
  /// Settings for a gateway on 127.0.0.1:8080 before the mock, with the mock's three keys.
  [[nodiscard]] std::expected<config::Settings, config::Problems> gateway_settings() const;

 private:
  explicit EmbeddedMock(std::unique_ptr<mock::MockThread> mock) : mock_(std::move(mock)) {}

  std::unique_ptr<mock::MockThread> mock_;
};

}  // namespace drover::cli
