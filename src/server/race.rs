//! Waits for whichever of two futures is ready first.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

/// What came first.
#[derive(Debug)]
pub enum First<A, B> {
    /// The first of the two.
    Left(A),
    /// The second.
    Right(B),
}

/// Waits for whichever is ready first; the other is dropped.
pub async fn first_of<A, B>(
    left: impl Future<Output = A>,
    right: impl Future<Output = B>,
) -> First<A, B> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    std::future::poll_fn(|context| match left.as_mut().poll(context) {
        Poll::Ready(left) => Poll::Ready(First::Left(left)),
        Poll::Pending => right.as_mut().poll(context).map(First::Right),
    })
    .await
}
