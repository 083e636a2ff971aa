// The settings of who pays for what: the store, the teams and what they may use, the prices.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "directory/records.h"
#include "money/nano_usd.h"

namespace drover::config {

/// The parts of a model's price that a configuration can set. Their names in a file are in kPriceFields.
enum class PriceField : std::uint8_t {
  Input,
  Output,
  CacheRead,
  CacheWrite,
  CacheWrite1h,
  Reasoning,
  AudioInput,
  AudioOutput,
  Image,
};
inline constexpr std::array<std::string_view, 9> kPriceFields = {"input",       "output",         "cache_read",
                                                                 "cache_write", "cache_write_1h", "reasoning",
                                                                 "audio_input", "audio_output",   "request"};

/// The price of one model as the configuration sets it; a field that is not set keeps the table's.
struct PriceOverride {
  std::string model;  ///< "gpt-4o", or "provider/model" for one provider's
  /// By PriceField: for a million tokens, but Image for one image.
  std::array<std::optional<money::NanoUsd>, kPriceFields.size()> fields{};
};

/// A request whose model has no known price.
enum class Unpriced : std::uint8_t {
  Allow,   ///< goes on; it is counted, and its cost stays unknown
  Reject,  ///< is refused when its client has a limit in dollars
};

/// What a limit does when less is left of it than a request is estimated to take.
enum class Overdraft : std::uint8_t {
  One,     ///< lets the request go while anything is left
  Strict,  ///< refuses it
};

/// Which attempts of a request its client pays for.
enum class Charge : std::uint8_t {
  Winner,  ///< the one that answered
  All,     ///< also those that failed after content or lost a race, as estimated
};

struct Accounts {
  Secret store;  ///< "sqlite:PATH" or "postgres://…", which may hold a password; empty: the program's default
  bool store_off = false;
  /// Where the program keeps what is to outlive it: the store when `store` is empty, and what waits for a store that is
  /// away. The program sets it, not the file; empty: nowhere.
  std::string state_folder{};
  std::vector<directory::Principal> teams{};
  std::string prices_file{};  ///< LiteLLM's or models.dev's JSON; empty: the built-in table
  std::vector<PriceOverride> prices{};
  Unpriced unpriced = Unpriced::Allow;
  Overdraft overdraft = Overdraft::One;
  Charge charge = Charge::Winner;
};

}  // namespace drover::config
