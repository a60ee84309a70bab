//! What a witness that was run again says of its claim.

use spak_records::{ContentHash, Outcome, Problem, Trial};

use crate::effects::{EQUAL_WITHIN, LEAST_EFFECT};
use crate::sample::points;
use crate::stats::{critical, deviation, mean};
use crate::witness::Relation;
use crate::wording::{count, times};

/// The error of a mean of sessions is never taken to be less than this part: programs are placed differently in memory
/// from start to start.
const LEAST_ERROR: f64 = 0.005;
/// How sure an interval is.
const LEVEL: f64 = 0.05;
/// Of the claimed effect, as a logarithm, this much has to be there.
const SHARE: f64 = 0.5;

/// The time of a witness's second config over that of its first, measured again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Again {
    /// The ratio.
    pub ratio: f64,
    /// Its 95 % interval; without end if one session is all there is.
    pub interval: [f64; 2],
}

impl Again {
    /// From sessions in which both were timed by turns: logarithms of the ratio. `None` without one.
    pub fn of_sessions(logs: &[f64]) -> Option<Self> {
        let n = logs.len() as f64;
        if logs.is_empty() || logs.iter().any(|log| !log.is_finite()) {
            return None;
        }
        let center = mean(logs);
        let half = match logs.len() {
            1 => f64::INFINITY,
            _ => critical(LEVEL, n - 1.0) * (deviation(logs) / n.sqrt()).max(LEAST_ERROR),
        };
        Some(Self { ratio: center.exp(), interval: [(center - half).exp(), (center + half).exp()] })
    }

    /// From trials that were not timed for this alone: levels of the two configs, with the noise that all trials show.
    /// `None` if one of them was not measured on the problem.
    pub fn of_trials(trials: &[Trial], sides: [(&ContentHash, &Problem); 2]) -> Option<Self> {
        let known = points(trials);
        let find = |(config, problem): (&ContentHash, &Problem)| {
            known.points.iter().find(|p| p.config_id == *config && p.problem == *problem)
        };
        let [first, second] = [find(sides[0])?, find(sides[1])?];
        let noise = known.noise(None);
        let variance = [first, second].map(|point| {
            noise.variance(point).unwrap_or(noise.deviation.powi(2) / point.runs as f64)
        });
        let link = if first.anchor == second.anchor { 0.0 } else { 2.0 * noise.deviation.powi(2) };
        let center = second.log_ns - first.log_ns;
        let error = (variance.iter().sum::<f64>() + link).sqrt().max(LEAST_ERROR);
        let half = critical(LEVEL, noise.freedom) * error;
        Some(Self { ratio: center.exp(), interval: [(center - half).exp(), (center + half).exp()] })
    }

    fn text(self) -> String {
        let [low, high] = self.interval;
        match high.is_finite() {
            true => format!("{} ({} to {})", times(self.ratio), times(low), times(high)),
            false => format!("{} in one session", times(self.ratio)),
        }
    }
}

/// What came of the two configs of a witness.
#[derive(Clone, Debug, PartialEq)]
pub enum Ran {
    /// Both were accepted and timed.
    Timed(Again),
    /// The first, the second, or both were rejected, each with why.
    Rejected([Option<String>; 2]),
}

impl Ran {
    /// What one accepted or rejected trial of each config says; the ratio is looked up in all `trials`.
    pub fn of_trials(trials: &[Trial], sides: [&Trial; 2]) -> Option<Self> {
        let why = |trial: &Trial| match &trial.outcome {
            Outcome::Rejected(rejection) => Some(rejection.reason.clone()),
            Outcome::Measured(_) => None,
        };
        let reasons = sides.map(why);
        if reasons.iter().any(Option::is_some) {
            return Some(Self::Rejected(reasons));
        }
        let sides = sides.map(|trial| (&trial.config_id, &trial.problem));
        Again::of_trials(trials, sides).map(Self::Timed)
    }
}

/// Whether a claim still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does.
    Holds,
    /// Noise hides the answer.
    Untold,
    /// It does not.
    Fails,
}

/// Whether what `claimed` says still stands after what `ran`, and in words what was seen.
pub fn verdict(claimed: Relation, ran: &Ran) -> (Verdict, String) {
    match (claimed, ran) {
        (Relation::Rejected, Ran::Rejected([Some(why), None])) => {
            (Verdict::Holds, format!("rejected again ({why}), and its neighbour is not"))
        }
        (Relation::Rejected, Ran::Rejected([_, Some(why)])) => {
            (Verdict::Fails, format!("the neighbour that was accepted is rejected, too ({why})"))
        }
        (Relation::Rejected, _) => (Verdict::Fails, "it is accepted now".to_owned()),
        (_, Ran::Rejected(reasons)) => {
            let why: Vec<&str> = reasons.iter().flatten().map(String::as_str).collect();
            let s = count(why.len(), "config");
            (Verdict::Fails, format!("{s} of the two rejected now ({})", why.join(", ")))
        }
        (Relation::Faster(ratio), Ran::Timed(again)) => {
            let said = format!("{} where {} is claimed", again.text(), times(ratio));
            (faster(ratio, again), said)
        }
        (Relation::AsFast(within), Ran::Timed(again)) => {
            let bound = (2.0 * within).max(EQUAL_WITHIN);
            let said = format!("{} where {} is claimed", again.text(), within_text(within));
            (equal(bound, again), said)
        }
    }
}

fn faster(claimed: f64, again: &Again) -> Verdict {
    let [low, high] = again.interval;
    // Of an effect that is hardly worth telling half is nothing.
    let least = (SHARE * claimed.ln()).max(LEAST_EFFECT.ln() * SHARE);
    if low > 1.0 && again.ratio.ln() >= least {
        Verdict::Holds
    } else if high.ln() < least {
        Verdict::Fails
    } else {
        Verdict::Untold
    }
}

fn equal(bound: f64, again: &Again) -> Verdict {
    let [low, high] = again.interval.map(f64::ln);
    let bound = (1.0 + bound).ln();
    if low > -bound && high < bound {
        Verdict::Holds
    } else if low > bound || high < -bound {
        Verdict::Fails
    } else {
        Verdict::Untold
    }
}

fn within_text(within: f64) -> String {
    format!("less than {:.1} % of difference", 100.0 * within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(ratio: f64, low: f64, high: f64) -> Ran {
        Ran::Timed(Again { ratio, interval: [low, high] })
    }

    #[test]
    fn half_of_an_effect_has_to_be_there() {
        let of = |ran: &Ran| verdict(Relation::Faster(2.0), ran).0;
        assert_eq!(of(&again(2.1, 2.0, 2.2)), Verdict::Holds);
        assert_eq!(of(&again(1.45, 1.40, 1.50)), Verdict::Holds);
        assert_eq!(
            of(&again(1.3, 1.25, 1.35)),
            Verdict::Fails,
            "there, and far from what is claimed"
        );
        assert_eq!(of(&again(0.9, 0.85, 0.95)), Verdict::Fails);
        assert_eq!(of(&again(1.3, 0.8, 2.1)), Verdict::Untold);
        assert_eq!(of(&again(1.8, 0.98, 3.3)), Verdict::Untold);
        assert_eq!(of(&Ran::Rejected([Some("timeout".to_owned()), None])), Verdict::Fails);
    }

    #[test]
    fn no_difference_is_a_claim_that_can_fail() {
        let of = |ran: &Ran| verdict(Relation::AsFast(0.02), ran).0;
        assert_eq!(of(&again(1.01, 0.99, 1.03)), Verdict::Holds);
        assert_eq!(of(&again(1.10, 1.08, 1.12)), Verdict::Fails);
        assert_eq!(of(&again(0.90, 0.88, 0.92)), Verdict::Fails);
        assert_eq!(of(&again(1.03, 0.99, 1.08)), Verdict::Untold);
    }

    #[test]
    fn what_was_rejected_decides_at_once() {
        let of = |ran: Ran| verdict(Relation::Rejected, &ran).0;
        let why = || Some("wrong-result".to_owned());
        assert_eq!(of(Ran::Rejected([why(), None])), Verdict::Holds);
        assert_eq!(of(Ran::Rejected([why(), why()])), Verdict::Fails);
        assert_eq!(of(Ran::Rejected([None, why()])), Verdict::Fails);
        assert_eq!(of(again(1.0, 0.9, 1.1)), Verdict::Fails);
    }

    #[test]
    fn sessions_tell_their_own_error() {
        let one = Again::of_sessions(&[0.7]).expect("a session");
        assert_eq!(one.interval[1], f64::INFINITY);
        assert_eq!(verdict(Relation::Faster(2.0), &Ran::Timed(one)).0, Verdict::Untold);
        let three = Again::of_sessions(&[0.70, 0.69, 0.71]).expect("sessions");
        assert!(three.interval[0] > 1.9 && three.interval[1] < 2.2, "{three:?}");
        assert_eq!(Again::of_sessions(&[]), None);
        assert_eq!(Again::of_sessions(&[f64::NAN]), None);
    }
}
