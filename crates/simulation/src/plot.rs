//! Plots of a run over virtual time: backlog, delay until readable and searchable, concurrency.

mod series;
#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::{
    BLACK, ChartBuilder, Color as _, DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _,
    IntoLogRange as _, LineSeries, PathElement, RED, RGBColor, SVGBackend, SeriesLabelPosition, WHITE,
};

use crate::history::Metrics;
use series::{Panel, panels};

/// In pixels.
const WIDTH: u32 = 900;
const PANEL_HEIGHT: u32 = 240;
/// How much longer the time axis is than the run: the legends stand behind its end.
const LEGEND: f64 = 1.3;
const COLORS: [RGBColor; 4] = [RGBColor(31, 119, 180), RED, RGBColor(44, 160, 44), RGBColor(255, 127, 14)];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type DrawingError = DrawingAreaErrorKind<std::io::Error>;

/// One SVG with a panel for each of them.
///
/// # Errors
/// The library cannot draw.
pub fn plot(title: &str, metrics: &Metrics) -> Result<String> {
    let mut svg = String::new();
    draw(&mut svg, title, &panels(metrics)).context("cannot draw the plot")?;
    Ok(svg)
}

fn draw(svg: &mut String, title: &str, panels: &[Panel]) -> Result<(), DrawingError> {
    let height = PANEL_HEIGHT * u32::try_from(panels.len()).unwrap_or(1);
    let area = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let end = panels.iter().map(Panel::end).fold(1.0, f64::max) * LEGEND;
    for (panel, area) in panels.iter().zip(area.split_evenly((panels.len(), 1))) {
        match panel.floor {
            Some(floor) => draw_panel(&area, title, panel, end, (floor..panel.top()).log_scale())?,
            None => draw_panel(&area, title, panel, end, 0.0..panel.top())?,
        }
    }
    area.present()
}

/// All panels have the same time axis, to `end`.
fn draw_panel<Values>(
    area: &Area<'_>,
    title: &str,
    panel: &Panel,
    end: f64,
    values: Values,
) -> Result<(), DrawingError>
where
    Values: AsRangedCoord<Value = f64>,
    Values::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(format!("{title}: {}", panel.title), ("sans-serif", 16))
        .margin(8)
        .x_label_area_size(32)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..end, values)?;
    chart.configure_mesh().x_desc("virtual time in s").y_desc(panel.unit).max_light_lines(0).draw()?;
    for (series, color) in panel.series.iter().zip(COLORS.iter().cycle()) {
        chart
            .draw_series(LineSeries::new(series.points.iter().map(|point| panel.drawn(*point)), color))?
            .label(series.label)
            .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], *color));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .background_style(WHITE.mix(0.7))
        .border_style(BLACK)
        .draw()?;
    Ok(())
}
