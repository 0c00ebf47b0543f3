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
        .map(|weight| (exact(weight) / sum) as i64)
        .collect();
    let mut by_loss: Vec<usize> = (0..weights.len()).collect();
    by_loss.sort_by_key(|at| std::cmp::Reverse(exact(&weights[*at]) % sum));
    let left = whole.0.unsigned_abs() as i64 - parts.iter().sum::<i64>();
    by_loss
        .into_iter()
        .take(left as usize)
        .for_each(|at| parts[at] += 1);
    parts
        .into_iter()
        .map(|part| Minor(part * whole.0.signum()))
        .collect()
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
