#include "sim/checks/reached.h"

namespace drover::sim {

std::string_view to_string(Rare rare) {
  constexpr std::string_view kNames[kRarities] = {
      "suspected",       "last resort",       "trial passed",        "trial failed",         "budget spent",
      "limit learned",   "limit believed",    "lie not believed",    "committed then cut",   "comments first",
      "error in band",   "fresh retry",       "repeated target",     "waited then served",   "fallback",
      "charge withheld", "asker held back",   "key rested",          "slow start",           "left in mid-answer",
      "walk used up",    "drained waiting",   "probe took out",      "stream too long",      "deadline passed",
      "late event",      "hedge won",         "hedge lost",          "half failed",          "trial backed",
      "trial outran",    "ran over a reload", "trial over a reload", "waited over a reload", "send stalled",
      "sent slowly",     "client stalled"};
  return kNames[static_cast<std::size_t>(rare)];
}

}  // namespace drover::sim
