// The bounds of a translation. Each is far above what real conversations need, and low enough that a hostile one is
// refused while it still costs little.
#pragma once

#include <cstddef>

namespace drover::translate {

/// Turns of a conversation: agents reach some thousands.
inline constexpr std::size_t kMaxMessages = 100'000;
/// Parts of all its messages together.
inline constexpr std::size_t kMaxParts = 200'000;
/// Tools of a request. Providers take 128 to about 10,000.
inline constexpr std::size_t kMaxTools = 20'000;
/// Stop sequences of a request: Anthropic's own limit is 8,191.
inline constexpr std::size_t kMaxStops = 8'192;
/// Blocks of one answer (texts, thoughts, calls). Providers stop far below.
inline constexpr std::size_t kMaxBlocks = 4'096;
/// Bytes of an answer that are held because they must come later, or to be told whole at the end of a block or a
/// stream.
inline constexpr std::size_t kMaxHeldBytes = 16 * 1024 * 1024;
/// One event of an upstream's stream. The last one of a Responses stream holds the whole answer.
inline constexpr std::size_t kMaxEventBytes = 16 * 1024 * 1024;
/// One plain answer.
inline constexpr std::size_t kMaxPlainBytes = 64 * 1024 * 1024;
/// Nesting of a schema that is looked into.
inline constexpr std::size_t kMaxSchemaDepth = 64;

}  // namespace drover::translate
