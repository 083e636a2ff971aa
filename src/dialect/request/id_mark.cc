#include "dialect/request/id_mark.h"

#include <array>

#include "dialect/json/json_reader.h"

namespace drover::dialect {
namespace {

/// The paths below which the next segment is the id of what an account holds.
constexpr auto kHeld = std::to_array<std::string_view>(
    {"responses/", "files/", "batches/", "conversations/", "messages/batches/", "uploads/", "threads/", "assistants/",
     "vector_stores/", "containers/", "videos/", "evals/", "fine_tuning/jobs/", "skills/"});
/// A request for a batch or a training takes a few hundred bytes.
constexpr std::size_t kLongestBody = 64 * 1024;

}  // namespace

std::string_view owned_id(std::string_view path) {
  constexpr std::string_view kVersioned = "/v1/";
  if (!path.starts_with(kVersioned)) return {};
  path.remove_prefix(kVersioned.size());
  for (const std::string_view held : kHeld) {
    if (path.starts_with(held)) return path.substr(held.size(), path.find('/', held.size()) - held.size());
  }
  return {};
}

std::string_view named_file(std::string_view body) {
  if (!body.starts_with('{') || body.size() > kLongestBody) return {};
  for (const std::string_view name : {"input_file_id", "file_id", "training_file"}) {
    if (const auto id = raw_string(raw_member(body, name)); id.has_value() && !id->empty()) return *id;
  }
  return {};
}

}  // namespace drover::dialect
