// The bytes of one answer on the wire, step by step, with the wait before each and the end. Pure: it is made from an
// answer, a pace and the faults that strike, and the connection plays it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "mock/answers/answer.h"
#include "mock/faults/fault.h"
#include "mock/provider/settings.h"

namespace drover::mock {

enum class Ending : std::uint8_t {
  KeepAlive,
  Close,  ///< FIN after the last step
  Reset,  ///< RST after the last step
  Hang,   ///< silence until the peer goes
};

struct Step {
  Duration wait = Duration::zero();
  std::string bytes = {};
  std::size_t body = 0;  ///< bytes of Script::body that are sent with this step and those before
};

struct Script {
  int status = 0;  ///< 0: no answer
  std::vector<Step> steps;
  std::string body;  ///< the whole body, without transfer coding
  Ending ending = Ending::KeepAlive;
};

/// How the request asked for its answer.
struct Asked {
  bool http10 = false;
  bool head_only = false;  ///< HEAD
  bool keep_alive = true;
};

struct Pace {
  Duration first_token = Duration::zero();
  Duration each_token = Duration::zero();
};

struct Performance {
  Asked asked = {};
  Pace pace = {};
  Cuts cuts = Cuts::None;
};

/// `random` places random cuts. Faults that replace the answer (Status, Html, …) are applied before.
[[nodiscard]] Script write_script(Answer answer, const Performance& how, const std::vector<Fault>& faults,
                                  Random& random);

/// No bytes at all.
[[nodiscard]] Script silent(Ending ending);

}  // namespace drover::mock
