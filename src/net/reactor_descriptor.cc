#include "net/reactor_descriptor.h"

#include <boost/asio/detail/epoll_reactor.hpp>
#include <boost/asio/version.hpp>

namespace drover::net {

namespace {

// Asio shows this descriptor nowhere. Naming a private member as the argument of an explicit instantiation is the one
// way that the language allows ([temp.spec.general]); another version of Asio may call it otherwise and then does not
// compile.
static_assert(BOOST_ASIO_VERSION == 102600, "look whether epoll_reactor still has its descriptor in epoll_fd_");

template <int boost::asio::detail::epoll_reactor::* member>
struct Shown {
  friend int descriptor_of(const boost::asio::detail::epoll_reactor& reactor) { return reactor.*member; }
};
int descriptor_of(const boost::asio::detail::epoll_reactor& reactor);
template struct Shown<&boost::asio::detail::epoll_reactor::epoll_fd_>;

}  // namespace

int reactor_descriptor(asio::io_context& context) {
  return descriptor_of(boost::asio::use_service<boost::asio::detail::epoll_reactor>(context));
}

}  // namespace drover::net
