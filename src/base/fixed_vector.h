// A vector with its storage inside: no allocation, a named limit.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <utility>

namespace drover {

/// Up to N default-constructible values in order. push_back past N is refused (returns false), never undefined.
template <class T, std::size_t N>
class FixedVector {
 public:
  [[nodiscard]] bool push_back(T value) {
    if (size_ == N) return false;
    items_[size_++] = std::move(value);
    return true;
  }
  void clear() { size_ = 0; }
  void pop_back() { --size_; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == N; }
  static constexpr std::size_t capacity() { return N; }

  T& operator[](std::size_t at) { return items_[at]; }
  const T& operator[](std::size_t at) const { return items_[at]; }
  T& back() { return items_[size_ - 1]; }
  const T& back() const { return items_[size_ - 1]; }

  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }

 private:
  std::array<T, N> items_{};
  std::size_t size_ = 0;
};

}  // namespace drover
