// The descriptor that Asio's own reactor waits on, so that a loop can wait for it and for its sockets in one call.
#pragma once

#include "net/asio.h"

namespace drover::net {

/// The epoll descriptor behind `context`; it is readable when the reactor has something to do.
[[nodiscard]] int reactor_descriptor(asio::io_context& context);

}  // namespace drover::net
