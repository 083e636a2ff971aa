#include "base/sha256.h"

#include <algorithm>
#include <bit>

namespace drover {
namespace {

// FIPS 180-4 section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::size_t kBlock = 64;

using State = std::array<std::uint32_t, 8>;
using Block = std::array<std::uint8_t, kBlock>;
using Schedule = std::array<std::uint32_t, 64>;

void fill_schedule(const Block& block, Schedule& words) {
  for (std::size_t at = 0; at < 16; ++at) {
    words[at] = (std::uint32_t{block[at * 4]} << 24) | (std::uint32_t{block[at * 4 + 1]} << 16) |
                (std::uint32_t{block[at * 4 + 2]} << 8) | std::uint32_t{block[at * 4 + 3]};
  }
  for (std::size_t at = 16; at < 64; ++at) {
    const std::uint32_t before15 = words[at - 15];
    const std::uint32_t before2 = words[at - 2];
    const std::uint32_t small0 = std::rotr(before15, 7) ^ std::rotr(before15, 18) ^ (before15 >> 3);
    const std::uint32_t small1 = std::rotr(before2, 17) ^ std::rotr(before2, 19) ^ (before2 >> 10);
    words[at] = words[at - 16] + small0 + words[at - 7] + small1;
  }
}

void compress(State& state, const Schedule& words) {
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t at = 0; at < 64; ++at) {
    const std::uint32_t big1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t choose = (e & f) ^ (~e & g);
    const std::uint32_t first = h + big1 + choose + kRound[at] + words[at];
    const std::uint32_t big0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + big0 + majority;
  }
  const State added = {a, b, c, d, e, f, g, h};
  for (std::size_t at = 0; at < state.size(); ++at) state[at] += added[at];
}

/// volatile: the optimiser may not drop stores to memory that is not read again.
template <class Array>
void wipe(Array& array) {
  volatile auto* items = array.data();
  for (std::size_t at = 0; at < array.size(); ++at) items[at] = 0;
}

}  // namespace

Sha256Digest sha256(std::string_view text) {
  State state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  Block block{};
  Schedule words{};
  const auto take = [&] {
    fill_schedule(block, words);
    compress(state, words);
    block.fill(0);
  };

  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    std::copy_n(text.begin(), kBlock, block.begin());
    take();
  }
  // Section 5.1.1: a one bit, zeros, and the length in bits in the last eight bytes of the last block.
  std::copy(text.begin(), text.end(), block.begin());
  block[text.size()] = 0x80;
  if (text.size() >= kBlock - 8) take();
  for (std::size_t at = 0; at < 8; ++at) block[kBlock - 1 - at] = static_cast<std::uint8_t>(bits >> (8 * at));
  take();
  wipe(words);

  Sha256Digest digest{};
  for (std::size_t at = 0; at < digest.size(); ++at) {
    digest[at] = static_cast<std::uint8_t>(state[at / 4] >> (24 - 8 * (at % 4)));
  }
  return digest;
}

std::string hex(const Sha256Digest& digest, std::size_t bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t at = 0; at < std::min(bytes, digest.size()); ++at) {
    out += kDigits[digest[at] >> 4];
    out += kDigits[digest[at] & 15];
  }
  return out;
}

}  // namespace drover
