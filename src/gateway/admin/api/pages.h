// Pages of lists: {"object":"list","data":[...],"has_more":true,"next":"..."}.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "gateway/admin/api/call.h"

namespace drover::gateway::admin {

inline constexpr std::size_t kUsualPage = 100;
inline constexpr std::size_t kLargestPage = 1000;

struct Page {
  std::string after{};
  std::size_t most = kUsualPage;
};

/// `after` and `limit` of the query.
[[nodiscard]] Or<Page> page_of(const Call& call);
/// A whole number from 1 to `most` of the query; `usual` without one.
[[nodiscard]] Or<std::uint64_t> number_in(const Call& call, std::string_view name, std::uint64_t usual,
                                          std::uint64_t most);

/// Whether `path` is `top` or below it.
[[nodiscard]] bool is_below(std::string_view path, std::string_view top);

/// `next` is null on the last page.
template <class Record, class Write>
[[nodiscard]] Reply list_reply(const std::vector<Record>& found, Write write, boost::json::value next) {
  boost::json::array data;
  for (const Record& each : found) data.push_back(write(each));
  const bool more = !next.is_null();
  return json_reply(200,
                    boost::json::serialize(boost::json::object{
                        {"object", "list"}, {"data", std::move(data)}, {"has_more", more}, {"next", std::move(next)}}) +
                        "\n");
}

}  // namespace drover::gateway::admin
