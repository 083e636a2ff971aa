#include <algorithm>

#include "dialect/answer/token_count.h"
#include "translate/answer/answer_event.h"

namespace drover::translate {

void AnswerUsage::merge(const AnswerUsage& later) {
  uncached = std::max(uncached, later.uncached);
  cache_read = std::max(cache_read, later.cache_read);
  cache_write = std::max(cache_write, later.cache_write);
  cache_write_hour = std::max(cache_write_hour, later.cache_write_hour);
  output = std::max(output, later.output);
  reasoning = std::max(reasoning, later.reasoning);
}

std::int64_t AnswerUsage::input() const {
  const auto said = [](std::int64_t tokens) { return std::max<std::int64_t>(tokens, 0); };
  return said(uncached) + said(cache_read) + said(cache_write);
}

}  // namespace drover::translate
