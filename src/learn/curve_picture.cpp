#include "learn/curve_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace {

constexpr double kWidth = 640, kPanelHeight = 200, kLeft = 60, kRight = 16, kTop = 34, kGap = 44;

struct Line {
  std::string name, colour;
  std::vector<std::pair<double, double>> points;  ///< step and value
};

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') safe += "&amp;";
    else if (c == '<') safe += "&lt;";
    else if (c == '>') safe += "&gt;";
    else safe += c;
  }
  return safe;
}

/// A line for each value that is finite.
Line lineOf(const std::vector<TrainingMoment>& curve, const std::string& name, const std::string& colour,
            double (*value)(const TrainingMoment& moment)) {
  Line line{name, colour, {}};
  for (const TrainingMoment& moment : curve)
    if (std::isfinite(value(moment))) line.points.emplace_back(moment.step, value(moment));
  return line;
}

std::string panel(const std::vector<Line>& lines, double top, double lastStep) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Line& line : lines)
    for (const auto& [step, value] : line.points) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  if (!(low <= high)) low = 0, high = 1;
  if (low == high) high = low + 1;
  const auto x = [&](double step) { return kLeft + step / lastStep * (kWidth - kLeft - kRight); };
  const auto y = [&](double value) { return top + (high - value) / (high - low) * kPanelHeight; };
  std::string svg;
  for (int tick = 0; tick <= 4; ++tick) {
    const double value = low + (high - low) * tick / 4;
    svg += fmt::format(
        "<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.3g}</text>\n",
        kLeft, y(value), kWidth - kRight, kLeft - 6, y(value) + 4, value);
  }
  double label = kLeft;
  for (const Line& line : lines) {
    std::string path;
    for (const auto& [step, value] : line.points)
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x(step), y(value));
    svg += fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">{}</text>\n",
        path, line.colour, label, top - 8, line.colour, escaped(line.name));
    label += 180;
  }
  return svg;
}

}  // namespace

std::string curvePicture(const std::vector<TrainingMoment>& curve, const std::string& title) {
  const double lastStep = std::max(1, curve.back().step), second = kTop + kPanelHeight + kGap;
  const double height = second + kPanelHeight + 30;
  const auto loss =
      panel({lineOf(curve, "loss in training", "#888", [](const auto& m) { return m.trainingLoss; }),
             lineOf(curve, "loss held out", "#06c", [](const auto& m) { return m.score.loss; })},
            kTop, lastStep);
  const auto worth = panel(
      {lineOf(curve, "judged by (smaller is better)", "#c40", [](const auto& m) { return m.score.worth; })},
      second, lastStep);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n<title>{2}</title>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n{3}{4}"
      "<text x=\"{5}\" y=\"{6}\" text-anchor=\"end\">step {7}</text>\n</svg>\n",
      kWidth, height, escaped(title), loss, worth, kWidth - kRight, height - 10, curve.back().step);
}

}  // namespace patchpilot
