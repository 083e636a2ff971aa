// Whether the arguments of a call, which arrive in pieces, are complete: one whole JSON object. It does not judge them.
#pragma once

#include <cstddef>

#include "translate/model/text.h"

namespace drover::translate {

class ArgumentProgress {
 public:
  /// The next piece: the inside of a JSON string, with whole escapes.
  void feed(Text piece);
  [[nodiscard]] bool complete() const { return complete_; }
  void reset() { *this = {}; }

 private:
  void step(char c);

  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;  ///< the last byte was a backslash inside a string
  bool complete_ = false;
};

}  // namespace drover::translate
