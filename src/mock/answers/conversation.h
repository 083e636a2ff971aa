// The newest entry of a conversation in any of the three APIs: what the mock answers.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>

namespace drover::mock {

struct Newest {
  std::string text;        ///< the last text; results of several tools are joined by ", "
  bool of_a_tool = false;  ///< tools wrote it: it is not answered with another call
  std::size_t results = 0;
  std::size_t images = 0;
};

[[nodiscard]] Newest newest_of(const boost::json::object& body);

}  // namespace drover::mock
