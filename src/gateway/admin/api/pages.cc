#include "gateway/admin/api/pages.h"

#include <charconv>

namespace drover::gateway::admin {

Or<std::uint64_t> number_in(const Call& call, std::string_view name, std::uint64_t usual, std::uint64_t most) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return usual;
  const std::string& text = found->second;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < 1 || number > most) {
    return refuse(
        {.message = "this must be a whole number from 1 to " + std::to_string(most), .field = std::string(name)});
  }
  return number;
}

Or<Page> page_of(const Call& call) {
  Page page;
  const auto after = call.query.find("after");
  if (after != call.query.end()) page.after = after->second;
  const auto most = number_in(call, "limit", kUsualPage, kLargestPage);
  if (!most) return refuse(most.error());
  page.most = static_cast<std::size_t>(*most);
  return page;
}

bool is_below(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

}  // namespace drover::gateway::admin
