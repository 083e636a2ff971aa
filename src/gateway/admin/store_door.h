// The way of the admin API to the store that the process keeps.
#pragma once

#include "gateway/accounts/accounts.h"
#include "gateway/admin/admin_door.h"

namespace drover::gateway {

/// The first call makes the store where the configuration names none. `accounts` outlives what uses the door.
[[nodiscard]] StoreDoor store_door(Accounts& accounts);

}  // namespace drover::gateway
