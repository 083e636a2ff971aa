// What every dialect does alike: reading requests by a list of keys, and failures by the one table. The dialects
// derive from it.
#pragma once

#include <limits>
#include <memory>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/failure/failures.h"
#include "dialect/request/request_inspector.h"

namespace drover::dialect {

class CommonDialect : public Dialect {
 public:
  /// `keys` outlives the dialect.
  explicit CommonDialect(const KeyList& keys) : keys_(keys) {}

  [[nodiscard]] Result<Inspection> inspect(Api api, std::string_view content_type, std::string_view body) const final {
    RequestInspector inspector(keys_, api, content_type, body);
    const Result<bool> done = inspector.step(std::numeric_limits<std::size_t>::max());
    if (!done.has_value()) return fail(done.error());
    return inspector.take();
  }

  [[nodiscard]] std::unique_ptr<Inspector> inspector(Api api, std::string_view content_type,
                                                     std::string_view body) const final {
    return std::make_unique<RequestInspector>(keys_, api, content_type, body);
  }

  [[nodiscard]] Error read_failure(int status, const http::Fields& fields, std::string_view body, std::int64_t now_unix,
                                   const FailureRules* rules) const final {
    return dialect::read_failure(status, fields, body, now_unix, rules);
  }

  [[nodiscard]] bool not_executed(const Error& failure) const final { return dialect::not_executed(failure); }

 private:
  const KeyList& keys_;
};

}  // namespace drover::dialect
