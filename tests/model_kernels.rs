//! The built-in reader must run in tract's int8 kernels: a graph that tract quietly runs in float gives the same text, slower.

use glyphd::model::Model;
use glyphd::model::engine::Graph;

/// Convolutions of the network (`models/train/net.py`): two of the stem, the one that folds the height, six along the line.
const CONVOLUTIONS: usize = 9;
/// Matrix products that stay float: into and out of the recurrent layer, for each direction.
const FLOAT_PRODUCTS: usize = 4;

fn operations(width: usize) -> Vec<String> {
    let model = Model::latin().unwrap();
    let graph = Graph::parse(&model.graph, &model.origin).unwrap();
    let height = model.description.input.height as usize;
    graph.plan([1, 1, height, width]).unwrap().operations()
}

#[test]
fn every_convolution_runs_in_an_int8_kernel() {
    for width in [32, 320, 1600] {
        let operations = operations(width);
        let count = |wanted: &dyn Fn(&str) -> bool| operations.iter().filter(|o| wanted(o)).count();
        let said = operations.join("\n");
        // tract names its kernels after the number they add up in: int8 products add up in i32.
        let int8 = |o: &str| o.starts_with("OptMatMul: U8") && o.contains("_mmm_i32_");
        assert_eq!(count(&int8), CONVOLUTIONS, "{said}");
        assert_eq!(
            count(&|o| o.starts_with("Im2col: I8")),
            CONVOLUTIONS,
            "{said}"
        );
        assert_eq!(
            count(&|o| o.starts_with("OptMatMul: F32")),
            FLOAT_PRODUCTS,
            "{said}"
        );
        assert_eq!(count(&|o| o.contains("Conv")), 0, "{said}");
    }
}

#[test]
fn the_picture_is_quantised_once_and_dequantised_once_before_the_recurrent_layer() {
    let operations = operations(320);
    let place = |name: &str| -> Vec<usize> {
        let places = operations
            .iter()
            .enumerate()
            .filter(|(_, o)| o.starts_with(name));
        places.map(|(i, _)| i).collect()
    };
    let (into, out, recurrent) = (
        place("QuantizeLinear"),
        place("DequantizeLinear"),
        place("GruSeq"),
    );
    assert_eq!(
        (into.len(), out.len(), recurrent.len()),
        (1, 1, 2),
        "{}",
        operations.join("\n")
    );
    let products: Vec<usize> = place("OptMatMul: U8");
    assert!(products.iter().all(|&p| into[0] < p && p < out[0]));
    assert!(recurrent.iter().all(|&r| out[0] < r));
}

/// Convolutions of the finder (`models/train/finder_net.py`): two that shrink, four that look around, one that tells.
const FINDER_CONVOLUTIONS: usize = 7;

#[test]
fn the_finder_is_int8_from_the_picture_to_the_maps() {
    let model = Model::latin_finder().unwrap();
    let graph = Graph::parse(&model.graph, &model.origin).unwrap();
    for (height, width) in [(64, 64), (768, 1280)] {
        let operations = graph.plan([1, 1, height, width]).unwrap().operations();
        let count = |wanted: &dyn Fn(&str) -> bool| operations.iter().filter(|o| wanted(o)).count();
        let said = operations.join("\n");
        let int8 = |o: &str| o.starts_with("OptMatMul: U8") && o.contains("_mmm_i32_");
        assert_eq!(count(&int8), FINDER_CONVOLUTIONS, "{said}");
        assert_eq!(count(&|o| o.starts_with("OptMatMul: F32")), 0, "{said}");
        assert_eq!(count(&|o| o.starts_with("QuantizeLinear")), 1, "{said}");
        assert_eq!(count(&|o| o.starts_with("DequantizeLinear")), 1, "{said}");
        assert_eq!(count(&|o| o.contains("Conv")), 0, "{said}");
    }
}
