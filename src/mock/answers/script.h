// What goes on the wire for one answer, step by step: which bytes after which wait, and how it ends. Pure: an answer,
// a pace and the faults that strike go in; a script comes out, and the connection plays it.
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
  std::size_t body = 0;  ///< how many bytes of Script::body have gone out when this step has
};

struct Script {
  int status = 0;  ///< 0: there is no answer
  std::vector<Step> steps;
  std::string body;  ///< everything the body consists of, without transfer coding
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

/// `random` places random cuts. Faults that replace the answer (Status, Html, …) have been applied by then.
[[nodiscard]] Script write_script(Answer answer, const Performance& how, const std::vector<Fault>& faults,
                                  Random& random);

/// No bytes at all.
[[nodiscard]] Script silent(Ending ending);

}  // namespace drover::mock
