//! Pictures as files: SVG byte by byte, PNG by what is on it, and charts of anything at all.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod charts;

use proptest::prelude::*;
use spak_plot::{
    Bandwidth, Convergence, Histogram, Parameter, Peak, Point, PointKind, Roofline, Sample, Series,
    Survival, ValueShare, png, svg,
};

/// `SPAK_BLESS=1` writes them anew; look at them before you commit them.
#[test]
fn charts_look_as_they_did() {
    for (name, scene) in charts::all() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/golden/{name}.svg"));
        let text = svg(&scene);
        if std::env::var_os("SPAK_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        if let Some(folder) = std::env::var_os("SPAK_PICTURES") {
            let file = std::path::Path::new(&folder).join(format!("{name}.png"));
            std::fs::write(file, png(&scene, 2.0).unwrap()).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "{} differs; SPAK_BLESS=1 writes it anew", path.display());
    }
}

/// Everything that is written lies on the picture, and every number is one.
fn is_sound(text: &str) -> Result<(), String> {
    let attribute = |line: &str, name: &str| -> Option<f64> {
        let (_, behind) = line.split_once(&format!(" {name}=\""))?;
        behind.split_once('"')?.0.parse().ok()
    };
    let first = text.lines().next().unwrap_or_default();
    let size = (attribute(first, "width").unwrap(), attribute(first, "height").unwrap());
    if text.contains("NaN") || text.contains("inf,") || text.contains("\"inf") {
        return Err("a place is no number".to_owned());
    }
    for line in text.lines().filter(|l| l.starts_with("<text ")) {
        let (x, y) = (attribute(line, "x").unwrap(), attribute(line, "y").unwrap());
        if !(0.0..=size.0).contains(&x) || !(0.0..=size.1).contains(&y) {
            return Err(format!("off the picture of {size:?}: {line}"));
        }
        let words = line.split_once('>').map_or("", |(_, rest)| rest.trim_end_matches("</text>"));
        if words.contains('<') || words.contains('>') {
            return Err(format!("not escaped: {line}"));
        }
    }
    Ok(())
}

#[test]
fn a_png_has_the_size_and_colours_of_its_scene() {
    let scene = charts::survival().scene();
    let map = tiny_skia::Pixmap::decode_png(&png(&scene, 1.0).unwrap()).unwrap();
    assert_eq!(
        (f64::from(map.width()), f64::from(map.height())),
        (scene.width, scene.height.ceil())
    );
    let count = |red: u8, green: u8, blue: u8| {
        let is_it = |p: &&tiny_skia::PremultipliedColorU8| {
            (p.red(), p.green(), p.blue()) == (red, green, blue)
        };
        map.pixels().iter().filter(is_it).count()
    };
    assert!(count(0, 114, 178) > 10_000, "bars");
    assert!(count(213, 94, 0) > 50, "crosses and reasons");
    assert!(count(34, 34, 34) > 200, "letters");
    assert!(count(255, 255, 255) > map.pixels().len() / 2, "paper");
    // Equal scenes are equal bytes.
    assert_eq!(png(&scene, 1.0).unwrap(), png(&charts::survival().scene(), 1.0).unwrap());
}

#[test]
fn a_picture_that_is_too_large_is_refused() {
    let scene = charts::histogram().scene();
    assert!(png(&scene, 1e4).unwrap_err().to_string().contains("cannot be drawn"));
    assert!(png(&scene, 0.0).is_err());
    assert!(png(&scene, f64::NAN).is_err());
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), ".{0,40}", "[a-z_<>&\"]{1,12}", "[a-z ]{100,300}"]
}

fn numbers() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -1e3..1e3_f64,
        Just(0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        (-30_i32..30).prop_map(|e| 10_f64.powi(e)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_roofline_is_sound(
        title in words(),
        peaks in prop::collection::vec((words(), numbers()), 0..5),
        bandwidths in prop::collection::vec((words(), numbers()), 0..3),
        points in prop::collection::vec((words(), numbers(), numbers()), 0..12),
    ) {
        let chart = Roofline {
            title: title.clone(),
            subtitle: title,
            peaks: peaks.into_iter().map(|(label, flops)| Peak { label, flops }).collect(),
            bandwidths: bandwidths.into_iter().map(|(label, bytes)| Bandwidth { label, bytes }).collect(),
            points: points.into_iter().map(|(label, intensity, flops)| Point { label, intensity, flops, kind: PointKind::Measured }).collect(),
            cloud: Vec::new(),
        };
        prop_assert_eq!(is_sound(&svg(&chart.scene())), Ok(()));
    }

    #[test]
    fn any_survival_is_sound(
        parameters in prop::collection::vec((words(), prop::collection::vec((words(), numbers(), prop::option::of(words())), 0..50)), 0..8),
    ) {
        let value = |(value, share, killed_by): (String, f64, Option<String>)| ValueShare { count: value.clone(), value, share, killed_by };
        let parameters = parameters.into_iter().map(|(name, values)| Parameter { name, values: values.into_iter().map(value).collect() });
        let chart = Survival { parameters: parameters.collect(), ..Survival::default() };
        prop_assert_eq!(is_sound(&svg(&chart.scene())), Ok(()));
    }

    #[test]
    fn any_convergence_is_sound(
        log_x in any::<bool>(),
        series in prop::collection::vec((words(), prop::collection::vec((numbers(), numbers(), numbers(), numbers()), 0..20)), 0..9),
        level in prop::option::of(numbers()),
    ) {
        let sample = |(at, low, middle, high)| Sample { at, low, middle, high };
        let series = series.into_iter().map(|(name, samples)| Series { name, samples: samples.into_iter().map(sample).collect() });
        let chart = Convergence { log_x, series: series.collect(), reference: level.map(|l| ("best".to_owned(), l)), ..Convergence::default() };
        prop_assert_eq!(is_sound(&svg(&chart.scene())), Ok(()));
    }

    #[test]
    fn any_histogram_is_sound(values in prop::collection::vec(numbers(), 0..100), marks in prop::collection::vec((words(), numbers()), 0..6)) {
        let marks = marks.into_iter().map(|(label, at)| spak_plot::Mark { label, at }).collect();
        let chart = Histogram { values, marks, ..Histogram::default() };
        prop_assert_eq!(is_sound(&svg(&chart.scene())), Ok(()));
    }
}
