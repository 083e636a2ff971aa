// What requests of one form may lose on their way to a model, told before any is sent: for people who choose targets.
#pragma once

#include <string_view>
#include <vector>

#include "translate/model/form.h"

namespace drover::translate {

struct Preview {
  std::vector<std::string_view> dropped = {};  ///< hints that would not arrive: "seed"
  std::vector<std::string_view> refused = {};  ///< what the target would not be asked for
};

/// Tries each field that the front has and others may lack, one at a time. `model`: the name that is sent.
[[nodiscard]] Preview preview(Form front, Form back, std::string_view model);

}  // namespace drover::translate
