// A client of the library before mock providers: what its tests need, in one line each.
#pragma once

#include <string>

#include "drover/client.h"
#include "integration/gateway_fixture.h"

namespace drover::test {

namespace lib = drover::v0;

/// A file that is removed with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A client of this configuration, which is read from a file as a user's is. Throws the configuration's mistakes.
inline lib::Client client_of(const std::string& yaml, lib::Hooks hooks = {}) {
  const TemporaryFile file(yaml);
  return lib::Client::from_file(file.path(), std::move(hooks)).value();
}

/// Options for these servers, with one of the fixture's keys for each.
inline lib::Options options_of(const std::vector<std::string>& servers,
                               const std::vector<std::string>& keys = {kKeyOne}) {
  lib::Options options;
  lib::ProviderOptions provider;
  provider.name = "one";
  provider.servers = servers;
  for (const std::string& key : keys) provider.keys.emplace_back(key);
  options.providers.push_back(std::move(provider));
  options.models.push_back({"*", "round_robin", {"one"}, {}, {}});
  options.health.probe = "off";
  options.model = "gpt-4o";
  return options;
}

inline lib::ChatRequest hello() {
  lib::ChatRequest request("hello");
  request.model = "gpt-4o";
  return request;
}

/// All text of a stream.
inline std::string text_of(lib::ChatStream& stream) {
  std::string text;
  for (const lib::ChatEvent& event : stream) text += event.text;
  return text;
}

}  // namespace drover::test
