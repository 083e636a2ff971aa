#include "sim/play/timeline.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace drover::sim {
namespace {

constexpr int kLeft = 170;  ///< room for names
constexpr int kStep = 4;    ///< one stretch
constexpr int kWidth = kLeft + kStep * static_cast<int>(kStretches) + 20;
constexpr int kTop = 60;
constexpr int kCurves = 90;
constexpr int kStrip = 12;
constexpr int kGap = 30;

template <class... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
  char text[256];
  const int length = std::snprintf(text, sizeof text, pattern, arguments...);
  return {text, static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(sizeof text) - 1))};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string label(int x, int y, const char* style, const std::string& text) {
  return format("<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, style) + escaped(text) + "</text>\n";
}

using Counts = std::array<std::uint32_t, kStretches>;

std::string curve(const Counts& counts, std::uint32_t most, int top, const char* style) {
  std::string out = format("<polyline class=\"%s\" points=\"", style);
  for (std::size_t at = 0; at < kStretches; ++at) {
    const double height = kCurves * static_cast<double>(counts[at]) / static_cast<double>(std::max(most, 1U));
    out += format("%d,%.1f ", kLeft + kStep * static_cast<int>(at), top + kCurves - height);
  }
  return out + "\"/>\n";
}

/// The share of each stretch's attempts that this target got: darker is more.
std::string strip(const Counts& own, const Counts& all, int top) {
  std::string out;
  for (std::size_t at = 0; at < kStretches; ++at) {
    if (own[at] == 0) continue;
    const double share = static_cast<double>(own[at]) / static_cast<double>(std::max(all[at], 1U));
    out += format("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"share\" fill-opacity=\"%.2f\"/>\n",
                  kLeft + kStep * static_cast<int>(at), top, kStep, kStrip - 2, 0.08 + 0.92 * share);
  }
  return out;
}

int place_of(Duration at, Duration span) {
  const double part =
      static_cast<double>(std::clamp(at, Duration::zero(), span).count()) / static_cast<double>(span.count());
  return kLeft + static_cast<int>(part * kStep * static_cast<double>(kStretches));
}

std::string troubles(const Scenario& scenario, int top, int height) {
  std::string out;
  for (const Trouble& trouble : scenario.troubles) {
    const int from = place_of(trouble.from, scenario.span);
    const int until = place_of(std::min(trouble.until, scenario.span), scenario.span);
    out += format("<rect class=\"trouble\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>", from, top,
                  std::max(until - from, 1), height) +
           escaped(scenario.upstreams[trouble.upstream].name) + ": " + std::string(to_string(trouble.fault)) +
           "</title></rect>\n";
  }
  return out;
}

constexpr std::string_view kStyle =
    "<style>text{font:12px sans-serif;fill:#222}.title{font-size:16px;font-weight:bold}.small{font-size:10px;fill:#555}"
    "polyline{fill:none;stroke-width:1.5}.asked{stroke:#999}.answered{stroke:#0a7d36}.failed{stroke:#c62828}"
    ".trouble{fill:#c62828;fill-opacity:0.10}.share{fill:#1a4f8a}</style>\n";

}  // namespace

std::string timeline_svg(const Scenario& scenario, std::span<const Outcome> outcomes,
                         std::span<const std::string> names) {
  std::string out;
  std::uint32_t most = 1;
  for (const Outcome& outcome : outcomes) {
    for (const Counts* counts : {&outcome.course().asked, &outcome.course().answered, &outcome.course().failed}) {
      most = std::max(most, *std::ranges::max_element(*counts));
    }
  }
  int y = kTop;
  for (const Outcome& outcome : outcomes) {
    const Course& course = outcome.course();
    const int height = kCurves + 6 + kStrip * static_cast<int>(course.started_at.size());
    out += troubles(scenario, y, height) + label(8, y + 16, "title", outcome.policy());
    out += label(8, y + 34, "small", format("%.2f %% answered", 100 * outcome.availability()));
    out += label(8, y + 48, "small", format("%.1f whole answers/s", outcome.goodput()));
    out += label(8, y + 62, "small", format("first content p99 %.2f s", outcome.first_content(0.99)));
    out += label(8, y + 76, "small", format("favourite's share %.0f %%", 100 * outcome.herding()));
    out += curve(course.asked, most, y, "asked") + curve(course.answered, most, y, "answered") +
           curve(course.failed, most, y, "failed");
    int top = y + kCurves + 6;
    for (std::size_t target = 0; target < course.started_at.size(); ++target, top += kStrip) {
      if (target < names.size()) out += label(24, top + 9, "small", names[target]);
      out += strip(course.started_at[target], course.started, top);
    }
    y += height + kGap;
  }
  const double seconds = std::chrono::duration<double>(scenario.span).count();
  return format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">\n", kWidth, y) +
         std::string(kStyle) + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
         label(8, 22, "title", scenario.name) +
         label(8, 42, "small",
               format("0 to %.0f s; grey: asked, green: answered, red: failed, at most %.1f/s; blue: a target's share "
                      "of the "
                      "attempts; shaded: something is wrong",
                      seconds, most * static_cast<double>(kStretches) / seconds)) +
         out + "</svg>\n";
}

}  // namespace drover::sim
