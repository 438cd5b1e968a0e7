//! Several tiles at once, on threads: what comes of each is the same whatever their number, and is handed out in order.

/// What `work` makes of each number, in their order, on at most so many threads. What work tells on the way is `heard`
/// where this was called.
pub fn side_by_side<N: Copy + Send + Sync, M: Send, T: Send>(
    threads: u32,
    numbers: &[N],
    work: impl Fn(N, &mut dyn FnMut(M)) -> T + Sync,
    heard: &mut dyn FnMut(M),
) -> Vec<T> {
    let threads = (threads.max(1) as usize).min(numbers.len());
    if threads > 1 {
        #[cfg(not(target_family = "wasm"))]
        return on_threads(threads, numbers, &work, heard);
    }
    numbers.iter().map(|&n| work(n, heard)).collect()
}

#[cfg(not(target_family = "wasm"))]
fn on_threads<N: Copy + Send + Sync, M: Send, T: Send>(
    threads: usize,
    numbers: &[N],
    work: &(impl Fn(N, &mut dyn FnMut(M)) -> T + Sync),
    heard: &mut dyn FnMut(M),
) -> Vec<T> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;

    enum Said<M, T> {
        Word(M),
        Made(usize, T),
    }
    let next = AtomicUsize::new(0);
    let mut made: Vec<Option<T>> = numbers.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let (send, receive) = channel();
        for _ in 0..threads {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some((k, &number)) = {
                    let k = next.fetch_add(1, Ordering::Relaxed);
                    numbers.get(k).map(|n| (k, n))
                } {
                    // Who listens is there until all have ended.
                    let mut say = |word| drop(send.send(Said::Word(word)));
                    let result = work(number, &mut say);
                    drop(send.send(Said::Made(k, result)));
                }
            });
        }
        drop(send);
        for said in receive {
            match said {
                Said::Word(word) => heard(word),
                Said::Made(k, result) => made[k] = Some(result),
            }
        }
    });
    let every = made.into_iter().map(|m| m.expect("each was made"));
    every.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_every_word_is_heard() {
        let numbers: Vec<u64> = (0..50).collect();
        for threads in [0, 1, 3, 200] {
            let mut heard = Vec::new();
            let work = |n: u64, say: &mut dyn FnMut(u64)| {
                say(n);
                say(n + 100);
                n * n
            };
            let found = side_by_side(threads, &numbers, work, &mut |word| heard.push(word));
            assert!(numbers.iter().zip(&found).all(|(n, f)| n * n == *f));
            // Of one number in order, of several as they come.
            for n in &numbers {
                let place = |word: u64| heard.iter().position(|h| *h == word).unwrap();
                assert!(place(*n) < place(n + 100));
            }
            assert_eq!(heard.len(), 100);
        }
        let nothing: &[u64] = &[];
        let work = |n: u64, _: &mut dyn FnMut(())| n;
        assert!(side_by_side(4, nothing, work, &mut |()| ()).is_empty());
    }
}
