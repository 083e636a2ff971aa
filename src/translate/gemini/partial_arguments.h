// The arguments of a call as Gemini streams them: values, and pieces of texts, each with the JSON path of its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace drover::translate {

/// Values of one call's arguments. Real calls have some dozens.
inline constexpr std::size_t kMaxArgumentValues = 4'096;
/// Steps of one path.
inline constexpr std::size_t kMaxArgumentDepth = 64;

class PartialArguments {
 public:
  /// One piece ({"jsonPath":"$.list[0].name","stringValue":"Bos","willContinue":true}): a text goes on where one is
  /// there already. False: the path cannot be read or leads through another value, or a limit is passed.
  [[nodiscard]] bool add(std::string_view piece);
  /// Adds the object that the pieces make, its members in the order in which they came.
  void write(std::string& out) const;
  void clear();

 private:
  enum class Kind : std::uint8_t { Unset, Object, List, Text, Raw };
  /// `keys` has as many as `values` in an object, and none in a list. Texts are the insides of JSON strings.
  struct Value {
    Kind kind = Kind::Unset;
    std::string text = {};
    std::vector<std::string> keys = {};
    std::vector<Value> values = {};
  };

  /// The value at the path, made where it is not there yet; null: the path is unsound.
  [[nodiscard]] Value* find(std::string_view path);
  [[nodiscard]] Value* member(Value& of, std::string_view key);
  [[nodiscard]] Value* element(Value& of, std::size_t index);
  [[nodiscard]] bool room_for_value();
  [[nodiscard]] bool set(Value& value, std::string_view raw);
  static void write_value(const Value& value, std::string& out);

  Value root_{.kind = Kind::Object};
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace drover::translate
