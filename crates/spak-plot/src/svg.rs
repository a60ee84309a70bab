//! A scene as SVG text.

use std::fmt::Write as _;

use crate::palette::{Colour, PAPER};
use crate::scene::{Anchor, Item, Scene, Text};

/// The picture as SVG 1.1, a complete document with one element a line.
pub fn svg(scene: &Scene) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"Ubuntu, 'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif\">\n<title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
        escaped(&scene.title),
        hex(PAPER),
    );
    for item in &scene.items {
        self::item(&mut out, item);
        out.push('\n');
    }
    out.push_str("</svg>\n");
    out
}

fn item(out: &mut String, item: &Item) {
    // Writing to a text cannot fail.
    let _ = match item {
        Item::Line { points, colour, width, dash } => {
            let dash: Vec<String> = dash.iter().map(|d| number(f64::from(*d))).collect();
            let dash = match dash.is_empty() {
                true => String::new(),
                false => format!(" stroke-dasharray=\"{}\"", dash.join(" ")),
            };
            write!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dash}/>",
                places(points),
                hex(*colour),
                number(*width),
            )
        }
        Item::Area { points, colour, opacity, outline } => {
            let opacity = match *opacity < 1.0 {
                true => format!(" fill-opacity=\"{}\"", number(*opacity)),
                false => String::new(),
            };
            let line = outline.map_or_else(String::new, |c| format!(" stroke=\"{}\"", hex(c)));
            write!(
                out,
                "<polygon points=\"{}\" fill=\"{}\"{opacity}{line}/>",
                places(points),
                hex(*colour)
            )
        }
        Item::Dot { centre, radius, fill, line } => write!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1.5\"/>",
            number(centre.0),
            number(centre.1),
            number(*radius),
            hex(*fill),
            hex(*line)
        ),
        Item::Text(text) => self::text(out, text),
    };
}

fn text(out: &mut String, text: &Text) -> std::fmt::Result {
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let (x, y) = (number(text.at.0), number(text.at.1));
    let turn = match text.turn == 0.0 {
        true => String::new(),
        false => format!(" transform=\"rotate({} {x} {y})\"", number(text.turn)),
    };
    let strong = if text.strong { " font-weight=\"bold\"" } else { "" };
    let halo = match text.halo {
        true => format!(
            " stroke=\"{}\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            hex(PAPER)
        ),
        false => String::new(),
    };
    write!(
        out,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"{anchor}{strong}{turn}{halo}>{}</text>",
        number(text.size),
        hex(text.colour),
        escaped(&text.text)
    )
}

fn places(points: &[(f64, f64)]) -> String {
    let all: Vec<String> =
        points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
    all.join(" ")
}

/// Hundredths of a pixel are more than anybody sees.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn hex([red, green, blue]: Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
