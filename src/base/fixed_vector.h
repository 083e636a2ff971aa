// A vector with its storage inside: no allocation, a named limit.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace drover {

/// Up to N values in order. push_back past N is refused (returns false), never undefined. Unused storage is not
/// initialised: an empty vector costs nothing, however large N is.
template <class T, std::size_t N>
class FixedVector {
 public:
  FixedVector() {}
  FixedVector(const FixedVector& other) : size_(other.size_) {
    std::uninitialized_copy_n(other.items(), size_, items());
  }
  FixedVector(FixedVector&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : size_(other.size_) {
    std::uninitialized_move_n(other.items(), size_, items());
  }
  FixedVector& operator=(const FixedVector& other) {
    if (this == &other) return *this;
    clear();
    std::uninitialized_copy_n(other.items(), other.size_, items());
    size_ = other.size_;
    return *this;
  }
  FixedVector& operator=(FixedVector&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    if (this == &other) return *this;
    clear();
    std::uninitialized_move_n(other.items(), other.size_, items());
    size_ = other.size_;
    return *this;
  }
  ~FixedVector()
    requires std::is_trivially_destructible_v<T>
  = default;
  ~FixedVector() { clear(); }

  /// Makes the new value in its place, from `value`.
  template <std::convertible_to<T> U = T>
  [[nodiscard]] bool push_back(U&& value) {
    if (size_ == N) return false;
    std::construct_at(items() + size_, std::forward<U>(value));
    ++size_;
    return true;
  }
  void clear() {
    if constexpr (!std::is_trivially_destructible_v<T>) std::destroy_n(items(), size_);
    size_ = 0;
  }
  void pop_back() { std::destroy_at(items() + --size_); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == N; }
  static constexpr std::size_t capacity() { return N; }

  T& operator[](std::size_t at) { return items()[at]; }
  const T& operator[](std::size_t at) const { return items()[at]; }
  T& back() { return items()[size_ - 1]; }
  const T& back() const { return items()[size_ - 1]; }

  T* begin() { return items(); }
  T* end() { return items() + size_; }
  const T* begin() const { return items(); }
  const T* end() const { return items() + size_; }

 private:
  [[nodiscard]] T* items() { return storage_.items; }
  [[nodiscard]] const T* items() const { return storage_.items; }

  union Storage {
    Storage() {}
    ~Storage()
      requires std::is_trivially_destructible_v<T>
    = default;
    ~Storage() {}
    T items[N];
  } storage_;
  std::size_t size_ = 0;
};

}  // namespace drover
