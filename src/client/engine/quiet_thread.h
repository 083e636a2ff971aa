// Threads of a library: signals are the program's, so they are delivered to its threads and not to ours.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace drover::client {

template <class Body>
[[nodiscard]] std::thread quiet_thread(Body body) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread begins with its maker's mask
  std::thread made(std::move(body));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return made;
}

}  // namespace drover::client
