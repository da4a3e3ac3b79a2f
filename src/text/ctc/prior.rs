//! What is known of a text before it is looked at, as the search asks for it.

use std::marker::PhantomData;

/// Makes some labellings more likely than others, or impossible, while they are searched for.
///
/// A prefix has a weight, the product of those of its extensions, by which the search multiplies its
/// probability: shallow fusion (Gulcehre et al., "On Using Monolingual Corpora in Neural Machine Translation",
/// 2015). What a prefix comes to with a class more must follow from its state and the class alone.
pub trait Prior {
    /// What has to be known of a prefix, kept with it.
    type State: Copy + Default;

    /// Whether all is as likely as it looks, so that the search need not ask.
    const FREE: bool = false;

    /// The state of the empty prefix.
    fn start(&self) -> Self::State;

    /// Whether the class may stand anywhere at all.
    fn may(&self, _class: u16) -> bool {
        true
    }

    /// The weight of the prefix in `state` being followed by `class`, above 0 and at most [`Prior::most`], and the
    /// state then; none when it cannot be.
    fn extend(&self, state: &Self::State, class: u16) -> Option<(f32, Self::State)>;

    /// The weight of the prefix in `state` being all; 0 when it cannot be.
    fn end(&self, state: &Self::State) -> f32;

    /// A weight that no extension exceeds: the closer, the fewer are asked for.
    fn most(&self) -> f32;
}

/// Nothing is known.
pub(super) struct Free<S>(PhantomData<S>);

impl<S> Free<S> {
    pub(super) const fn new() -> Self {
        Free(PhantomData)
    }
}

impl<S: Copy + Default> Prior for Free<S> {
    type State = S;
    const FREE: bool = true;

    fn start(&self) -> S {
        S::default()
    }

    fn extend(&self, _: &S, _: u16) -> Option<(f32, S)> {
        Some((1.0, S::default()))
    }

    fn end(&self, _: &S) -> f32 {
        1.0
    }

    fn most(&self) -> f32 {
        1.0
    }
}
