#include "mock/faults/gzip.h"

#include <algorithm>
#include <array>

namespace drover::mock {
namespace {

// Most bytes in one stored block (RFC 1951 section 3.2.4).
constexpr std::size_t kMaxBlock = 65535;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1 ^ 0xedb88320U : value >> 1;
    table[byte] = value;
  }
  return table;
}();

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
  for (int at = 0; at < bytes; ++at) out.push_back(static_cast<char>(value >> (8 * at) & 0xffU));
}

void append_block(std::string& out, std::string_view bytes, char final_flag) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  out.push_back(final_flag);
  append_little_endian(out, size, 2);
  append_little_endian(out, ~size, 2);
  out.append(bytes);
}

}  // namespace

std::string Gzip::piece(std::string_view bytes) {
  std::string out;
  // Magic, deflate, no flags, no time, no hints, unknown system (RFC 1952 section 2.3).
  if (!begun_) out.append("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
  begun_ = true;
  for (const char byte : bytes) crc_ = crc_ >> 8 ^ kCrcTable[(crc_ ^ static_cast<unsigned char>(byte)) & 0xffU];
  size_ += static_cast<std::uint32_t>(bytes.size());
  while (!bytes.empty()) {
    const std::string_view block = bytes.substr(0, std::min(bytes.size(), kMaxBlock));
    append_block(out, block, 0);
    bytes.remove_prefix(block.size());
  }
  return out;
}

std::string Gzip::finish() {
  std::string out = begun_ ? std::string{} : piece({});
  append_block(out, {}, 1);
  append_little_endian(out, ~crc_, 4);
  append_little_endian(out, size_, 4);
  return out;
}

}  // namespace drover::mock
