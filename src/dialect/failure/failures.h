// What a failure that a provider reports means: whose it is, what may be tried next, how long to stay away. The rules
// are a table (failure_table.h); this applies it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "dialect/dialect.h"
#include "dialect/failure/error_facts.h"
#include "dialect/failure/failure_row.h"
#include "http/head/head.h"

namespace drover::dialect {

/// Classifies by the table. `status` 0: the error stood inside a 200; then a number from 100 to 599 in `facts` is taken
/// for the status. The Error's status is then the one to answer with. `rules`: the operator's own, or null.
[[nodiscard]] Error classify(int status, const ErrorFacts& facts, const FailureRules* rules);

/// A whole non-2xx answer, its head's hints included.
[[nodiscard]] Error read_failure(int status, const http::Fields& fields, std::string_view body, std::int64_t now_unix,
                                 const FailureRules* rules);

/// Whether a non-2xx answer with this error says that the request was not executed (stage S4).
[[nodiscard]] bool not_executed(const Error& failure);

/// Whether the operator's rules make a failure of an answer that says nothing so far and would end well.
[[nodiscard]] bool empty_fails(const AnswerState& state);
/// That failure. It may be the model's own choice, so nobody is charged with it.
[[nodiscard]] Error said_nothing();

/// A stream that ended in order and too early.
[[nodiscard]] Error stream_incomplete();

/// An answer that is a failure by its shape, though its status is 200 and it names no error.
[[nodiscard]] Error failed_by_shape(std::string_view code, std::string_view message);

}  // namespace drover::dialect
