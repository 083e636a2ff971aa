#include "upstream/catalog/path_doubt.h"

#include "http/bytes.h"

namespace drover::upstream {
namespace {

/// "v1", "v1beta", "V2"
bool is_version(std::string_view segment) {
  return segment.size() > 1 && http::lower(segment[0]) == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

}  // namespace

bool has_version(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (is_version(segment)) return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

PathDoubt::PathDoubt(std::string_view path_prefix, core::DialectKind dialect)
    : open_(dialect == core::DialectKind::OpenAi && !has_version(path_prefix)) {}

std::string doubt_text(std::string_view provider, std::string_view base_url) {
  return "provider " + std::string(provider) + " answers with 404 below " + std::string(base_url) +
         ": does base_url lack /v1?";
}

}  // namespace drover::upstream
