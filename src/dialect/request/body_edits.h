// The few places where a request's body goes upstream other than it came: the model's name, and asking for usage. The
// caller writes the pieces around them unchanged, in one gather write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/fixed_vector.h"
#include "dialect/dialect.h"

namespace drover::dialect {

/// Bytes [begin, end) of the body are sent as `text`. begin == end inserts.
struct BodyEdit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// In the order of the body; never overlapping. Two are the most there can be.
using BodyEdits = FixedVector<BodyEdit, 2>;

enum class UsageWish : std::uint8_t {
  Observe,  ///< leave the body alone
  Ask,      ///< add stream_options.include_usage where the client did not ask (a streamed chat or completion)
};

/// The edits that make `body` a request for `model`. No edit where nothing changes, so a request that asks for the same
/// name goes up byte for byte. `inspection` is what was read of this same body.
[[nodiscard]] BodyEdits body_edits(Api api, const Inspection& inspection, std::string_view body, std::string_view model,
                                   UsageWish wish);

/// Whether body_edits() with Ask adds the wish: then the extra usage event must be taken out of the answer (UsageEdit).
[[nodiscard]] bool asks_for_usage(Api api, const Inspection& inspection, UsageWish wish);

/// How long the body is after the edits.
[[nodiscard]] std::size_t edited_size(std::string_view body, const BodyEdits& edits);

/// The edited body in one piece: for tests and for bodies that are sent in one piece anyway.
[[nodiscard]] std::string apply_edits(std::string_view body, const BodyEdits& edits);

}  // namespace drover::dialect
