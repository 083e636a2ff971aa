// The Asio types of the program, chosen once: they use io_context's own executor (any_io_executor costs an allocation
// and an indirect call at every step).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace drover::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

/// The return type of our coroutines. They are named functions; their arguments are values, or references that outlive
/// them (g++ 12).
template <class T = void>
using Awaitable = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> kUseAwaitable{};

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

}  // namespace drover::net
