//! The only module that knows tract: a graph, and plans of it for one input shape each.
//!
//! Takes an ONNX graph from outside and numbers for its input; gives the numbers of its output and their shape. Shapes are
//! concrete in each plan, since tract's fast kernels need them so. A graph that tract cannot take is an error, also where tract itself would panic.

use std::fmt::Display;

use tract_onnx::prelude::*;

use crate::error::{Error, Result, err};
use crate::guard;

/// A graph that was parsed, ready to be planned.
pub struct Graph {
    model: InferenceModel,
    origin: String,
}

/// A graph optimised for one input shape.
pub struct Plan {
    runnable: Arc<TypedRunnableModel>,
    shape: [usize; 4],
    origin: String,
}

/// The shape of what a run gives, outermost first, filled up with leading ones.
pub type Shape = [usize; 4];

impl Graph {
    /// Reads an ONNX graph. `origin` is for messages.
    ///
    /// # Errors
    /// `Config`, when the bytes are not a graph that tract knows.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self> {
        let model = guarded(origin, "is no ONNX graph that can be run", || {
            tract_onnx::onnx().model_for_read(&mut &bytes[..])
        })?;
        let (inputs, outputs) = (model.inputs.len(), model.outputs.len());
        if (inputs, outputs) != (1, 1) {
            return Err(unfit(
                origin,
                "is of no kind that glyphd runs",
                format!("{inputs} inputs and {outputs} outputs where one of each is expected"),
            ));
        }
        Ok(Graph {
            model,
            origin: origin.to_owned(),
        })
    }

    /// Optimises the graph for an input of 1 x channels x height x width.
    ///
    /// # Errors
    /// `Config`, when the graph does not take this shape.
    pub fn plan(&self, shape: [usize; 4]) -> Result<Plan> {
        let what = format!(
            "does not take a picture of {} x {} x {} (channels x height x width)",
            shape[1], shape[2], shape[3]
        );
        let runnable = guarded(&self.origin, &what, || {
            self.model
                .clone()
                .with_input_fact(0, f32::fact(shape).into())?
                .into_optimized()?
                .into_runnable()
        })?;
        Ok(Plan {
            runnable,
            shape,
            origin: self.origin.clone(),
        })
    }
}

impl Plan {
    /// Runs the plan on `input` (as many values as the shape has) and puts what it gives in `output`, row after row.
    ///
    /// # Errors
    /// `Config`, when the graph fails, or gives something of more than four dimensions.
    pub fn run(&self, input: &[f32], output: &mut Vec<f32>) -> Result<Shape> {
        guarded(&self.origin, "failed while it ran", || {
            let input = Tensor::from_shape(&self.shape, input)?;
            // A state of its own each time: tract keeps recurrent state over the runs of one.
            let outputs = self.runnable.run(tvec!(input.into()))?;
            let given = outputs[0].cast_to::<f32>()?;
            let dimensions = given.shape();
            let mut shape = [1; 4];
            let Some(missing) = shape.len().checked_sub(dimensions.len()) else {
                return Err(TractError::msg(format!(
                    "it gives {dimensions:?}, more than four dimensions"
                )));
            };
            shape[missing..].copy_from_slice(dimensions);
            output.clear();
            output.extend_from_slice(given.try_as_plain_ram()?.as_slice::<f32>()?);
            Ok(shape)
        })
    }

    /// Each operation of the optimised plan: its name, the kind of number it gives, and what tract says about it (for a
    /// matrix product, which kernel does it).
    pub fn operations(&self) -> Vec<String> {
        let nodes = self.runnable.model().nodes();
        let described = nodes.iter().map(|n| {
            let number = n
                .outputs
                .first()
                .map(|o| format!("{:?}", o.fact.datum_type));
            let info = n.op.info().unwrap_or_default().join(", ");
            format!("{}: {} ({info})", n.op.name(), number.unwrap_or_default())
        });
        described.collect()
    }
}

fn unfit(origin: &str, what: &str, why: impl Display) -> Error {
    let why = why.to_string();
    let why = why.lines().next().unwrap_or_default();
    err!(Config, "{origin}: the graph {what}: {why}")
}

/// Runs tract on something from outside. tract still panics on some malformed graphs; a wrong model must be one line all the same.
fn guarded<T>(origin: &str, what: &str, work: impl FnOnce() -> TractResult<T>) -> Result<T> {
    match guard::guarded(work) {
        Some(Ok(value)) => Ok(value),
        Some(Err(e)) => Err(unfit(origin, what, e)),
        None => Err(unfit(origin, what, "tract gave up on it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_panic_of_the_graph_is_an_error() {
        let error = guarded(
            "m/model.toml",
            "failed while it ran",
            || -> TractResult<()> { panic!("index out of bounds") },
        )
        .unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert_eq!(
            error.to_string(),
            "m/model.toml: the graph failed while it ran: tract gave up on it"
        );
    }
}
