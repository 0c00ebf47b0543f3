//! Divides money so that the parts add up to the whole.

use crate::currency::Minor;

/// Parts in proportion to the weights. The units that rounding leaves over go to the parts that lost most,
/// earlier ones first.
/// If all weights are zero, the first part is the whole.
pub fn allocate(whole: Minor, weights: &[i64]) -> Vec<Minor> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum <= 0 {
        return weights
            .iter()
            .enumerate()
            .map(|(at, _)| if at == 0 { whole } else { Minor::ZERO })
            .collect();
    }
    let exact = |weight: &i64| i128::from(whole.0.unsigned_abs()) * i128::from(*weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| clamped(exact(weight) / sum))
        .collect();
    let mut by_loss: Vec<usize> = (0..weights.len()).collect();
    by_loss.sort_by_key(|at| std::cmp::Reverse(exact(&weights[*at]) % sum));
    let given: i128 = parts.iter().map(|part| i128::from(*part)).sum();
    let left = i128::from(whole.0.unsigned_abs()) - given;
    by_loss
        .into_iter()
        .take(usize::try_from(left).unwrap_or(0))
        .for_each(|at| parts[at] = parts[at].saturating_add(1));
    parts
        .into_iter()
        .map(|part| Minor(part.saturating_mul(whole.0.signum())))
        .collect()
}

/// Only absurd weights, some of them below zero, reach the ends.
fn clamped(part: i128) -> i64 {
    part.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// Parts that differ by one minor unit at most.
pub fn split(whole: Minor, parts: usize) -> Vec<Minor> {
    allocate(whole, &vec![1; parts])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_flocafe_269_two_cents_split_four_ways() {
        assert_eq!(split(Minor(2), 4), [Minor(1), Minor(1), Minor(0), Minor(0)]);
    }

    #[test]
    fn who_loses_most_by_rounding_gets_the_rest() {
        assert_eq!(
            allocate(Minor(100), &[1, 1, 1]),
            [Minor(34), Minor(33), Minor(33)]
        );
        assert_eq!(allocate(Minor(-100), &[2, 1]), [Minor(-67), Minor(-33)]);
        assert_eq!(allocate(Minor(5), &[0, 0]), [Minor(5), Minor(0)]);
    }

    proptest! {
        #[test]
        fn parts_make_the_whole_and_none_turns_its_sign(
            whole in -1_000_000_000_000..1_000_000_000_000_i64,
            weights in prop::collection::vec(0..1_000_000_000_i64, 1..40),
        ) {
            let parts = allocate(Minor(whole), &weights);
            prop_assert_eq!(parts.iter().copied().sum::<Minor>(), Minor(whole));
            prop_assert!(parts.iter().all(|part| part.0 == 0 || part.0.signum() == whole.signum()));
        }
    }
}
