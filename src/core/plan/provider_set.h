// A set of a plan's providers of any number. What a request may use is a ProviderFence (fleet_port.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "core/plan/plan.h"

namespace drover::core {

class ProviderSet {
 public:
  ProviderSet() = default;
  ProviderSet(std::initializer_list<std::uint32_t> providers) {
    for (const std::uint32_t provider : providers) add(ProviderId{provider});
  }
  [[nodiscard]] static ProviderSet all_of(const Plan& plan) {
    ProviderSet set;
    for (std::uint32_t at = 0; at < plan.providers.size(); ++at) set.add(ProviderId{at});
    return set;
  }

  void add(ProviderId provider) {
    if (word(provider) >= words_.size()) words_.resize(word(provider) + 1);
    words_[word(provider)] |= bit(provider);
  }
  void remove(ProviderId provider) {
    if (word(provider) < words_.size()) words_[word(provider)] &= ~bit(provider);
  }
  [[nodiscard]] bool has(ProviderId provider) const {
    return word(provider) < words_.size() && (words_[word(provider)] & bit(provider)) != 0;
  }
  /// Keeps what `other` has as well.
  ProviderSet& operator&=(const ProviderSet& other) {
    words_.resize(std::min(words_.size(), other.words_.size()));
    for (std::size_t at = 0; at < words_.size(); ++at) words_[at] &= other.words_[at];
    return *this;
  }
  /// A number that is equal for sets with the same providers, and never 0, which stands for no set.
  [[nodiscard]] std::uint64_t mark() const {
    std::uint64_t mark = 0x9ae16a3b2f90404fULL;  // no set of few providers
    std::size_t used = words_.size();
    while (used > 0 && words_[used - 1] == 0) --used;
    for (std::size_t at = 0; at < used; ++at) mark = (mark ^ words_[at]) * 0x9e3779b97f4a7c15ULL;
    return mark == 0 ? 1 : mark;
  }

 private:
  static constexpr std::size_t kBits = 64;
  static std::size_t word(ProviderId provider) { return provider.value / kBits; }
  static std::uint64_t bit(ProviderId provider) { return std::uint64_t{1} << (provider.value % kBits); }

  std::vector<std::uint64_t> words_;
};

}  // namespace drover::core
