// co_await with Boost.Asio, C++20: three questions at once on one thread.
//
//   coroutine [drover.yaml]
#include <drover/asio.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>

static boost::asio::awaitable<void> ask(drover::Client& client, std::string question) {
  drover::Result<drover::ChatReply> reply = co_await drover::async_chat(client, question, boost::asio::use_awaitable);
  std::cout << question << ": " << (reply ? reply->text : reply.error().to_string()) << "\n";
}

int main(int argc, char** argv) {
  auto client = argc > 1 ? drover::Client::from_file(argv[1]) : drover::Client::from_env();
  if (!client) return std::cerr << client.error().message << "\n", 1;
  boost::asio::io_context loop;
  for (const char* question : {"one", "two", "three"})
    boost::asio::co_spawn(loop, ask(*client, question), boost::asio::detached);
  loop.run();
}
