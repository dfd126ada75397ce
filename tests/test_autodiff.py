"""The tape: equal to GradientTape operation by operation, deep graphs, and the graph as text."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import activations, autodiff
from dlcourse.autodiff import Tape
from dlcourse.gradcheck import check_function, numerical_gradient, scaled_error
from dlcourse.ledger.tape import BINARY, NODE, UNARY, compare, ours
from dlcourse.losses import CategoricalCrossentropy


def assert_equal(rng, f, g, *arrays):
    """Compare our tape on f with GradientTape on g, with a random upstream gradient."""
    case = compare(rng, f, g, *arrays)
    assert case.forward < 1e-12
    assert case.gradients < 1e-12


BROADCASTS = [
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3, 1), (1, 4)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((1,), (5,)),
    ((2, 1, 4), (3, 1)),
    ((4,), (2, 3, 4)),
    ((1, 1), (1, 1)),
]


@pytest.mark.parametrize(("a", "b"), BROADCASTS)
@pytest.mark.parametrize("name", BINARY)
def test_arithmetic_broadcasts_as_gradient_tape_does(rng, name, a, b):
    a, b = rng.uniform(0.5, 2, a), rng.uniform(-2, 2, b)
    b = np.where(np.abs(b) < 0.1, 1.0, b)
    import tensorflow as tf

    assert_equal(rng, BINARY[name], BINARY[name], a, b)
    assert_equal(rng, autodiff.maximum, tf.maximum, a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [((2, 3), (3, 4)), ((3, 3), (3, 3)), ((1, 1), (1, 1)), ((5, 2, 3), (5, 3, 4)),
     ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((2, 1, 2, 3), (5, 3, 4))],
)  # fmt: skip
def test_matrix_products_equal_gradient_tape(rng, a, b):
    import tensorflow as tf

    a, b = rng.normal(size=a), rng.normal(size=b)
    assert_equal(rng, lambda a, b: a @ b, tf.matmul, a, b)
    assert_equal(rng, lambda a: a @ b, lambda a: tf.matmul(a, b), a)
    assert_equal(rng, lambda b: a @ b, lambda b: tf.matmul(a, b), b)
    assert_equal(rng, lambda b: a.tolist() @ b, lambda b: tf.matmul(a, b), b)


@pytest.mark.parametrize(
    ("a", "b"), [((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((5, 2, 3), (3,)), ((3,), (5, 3, 4))]
)
def test_products_with_vectors(rng, a, b):
    # tf.matmul takes no vectors, so small steps are the judge.
    a, b = rng.normal(size=a), rng.normal(size=b)
    dy = rng.normal(size=np.shape(a @ b))
    _, (da, db) = ours(lambda a, b: a @ b, a, b, dy=dy)
    assert scaled_error(da, numerical_gradient(lambda v: np.sum(dy * (v @ b)), a)) < 1e-8
    assert scaled_error(db, numerical_gradient(lambda v: np.sum(dy * (a @ v)), b)) < 1e-8


@pytest.mark.parametrize("name", UNARY | NODE)
def test_functions_of_one_array_equal_gradient_tape(rng, name):
    import tensorflow as tf

    f, g = (UNARY | NODE)[name]
    assert_equal(rng, f, lambda x: g(tf, x), rng.normal(size=(2, 3, 4)))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2)])
@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_reductions_equal_gradient_tape(rng, name, axis, keepdims):
    import tensorflow as tf

    reduce = getattr(tf, f"reduce_{name}")
    for x in (rng.normal(size=(2, 3, 4)), rng.integers(0, 2, (2, 3, 4)).astype(float)):
        assert_equal(
            rng,
            lambda x: getattr(x, name)(axis, keepdims),
            lambda x: reduce(x, axis, keepdims),
            x,
        )


@pytest.mark.parametrize("name", [n for n in activations._BY_NAME if n not in ("step", "gelu")])
def test_activations_equal_gradient_tape(keras, rng, name):
    def f(x):
        if name == "leaky_relu":  # TensorFlow holds the slope in float32
            return autodiff.activate(x, leaky)
        return autodiff.activate(x, name)

    def leaky(x):
        return activations.leaky_relu(x, float(np.float32(0.2)))

    leaky.derivative = lambda x: activations.leaky_relu_derivative(x, float(np.float32(0.2)))
    assert_equal(rng, f, keras.activations.get(name), rng.normal(size=(3, 5)))


def test_gelu_passes_the_gradient_check(rng):
    def vjp(x, dy):
        return ours(lambda x: autodiff.activate(x, "gelu"), x, dy=dy)[1][0]

    assert check_function(activations.gelu, vjp, rng.normal(size=(3, 4))).error < 1e-8


def network(tanh, mean, x, y, W1, b1, W2, b2):
    hidden = tanh(x @ W1 + b1)
    return mean((hidden @ W2 + b2 - y) ** 2)


def test_a_whole_network_from_one_source_text(rng):
    import tensorflow as tf

    shapes = [(7, 4), (7, 2), (4, 5), (5,), (5, 2), (2,)]
    arrays = [rng.normal(size=s) for s in shapes]
    assert_equal(
        rng,
        lambda *a: network(np.tanh, lambda v: v.mean(), *a),
        lambda *a: network(tf.tanh, tf.reduce_mean, *a),
        *arrays,
    )


def test_agrees_with_the_gradient_that_losses_write_down(rng):
    logits, y = rng.normal(size=(5, 3)), np.eye(3)[rng.integers(0, 3, 5)]

    def loss(x):
        return -(y * autodiff.activate(x, "log_softmax")).sum(axis=-1).mean()

    expected = CategoricalCrossentropy(from_logits=True)
    value, (gradient,) = ours(loss, logits)
    assert scaled_error(value, expected(y, logits)) < 1e-14
    assert scaled_error(gradient, expected.gradient(y, logits)) < 1e-14


def test_backpropagation_by_hand():
    # y = (w x + b)², at w = 2, x = 3, b = 1: dy/dz = 2 · 7 = 14.
    tape = Tape()
    w, x, b = tape.watch(2.0, "w"), tape.watch(3.0, "x"), tape.watch(1.0, "b")
    z = w * x + b
    y = z**2
    assert tape.gradient(y, [w, x, b, z]) == [42, 28, 14, 14]
    assert (w.gradient, z.gradient, y.gradient) == (42, 14, 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_random_expressions_equal_small_steps(seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.5, 1.5, (2, 3))

    def random_expression(node):
        steps = np.random.default_rng(seed)
        y = node
        for _ in range(6):
            match steps.integers(0, 6):
                case 0:
                    y = y * node + 0.5
                case 1:
                    y = np.tanh(y)
                case 2:
                    y = y / (1 + node * node)
                case 3:
                    y = np.exp(-y) + y.mean(axis=-1, keepdims=True)
                case 4:
                    y = y - node[:, :1] * 0.3
                case 5:
                    y = np.sqrt(y * y + 1)
        return (y * node).sum()

    _, (gradient,) = ours(random_expression, x)
    # The same text runs on plain arrays: that is what the small steps are measured on.
    assert scaled_error(gradient, numerical_gradient(random_expression, x)) < 1e-7


# ------------------------------------------------------------------ how the tape behaves


def test_gradients_do_not_pile_up():
    tape = Tape()
    x = tape.watch(3.0)
    y = x * x
    assert tape.gradient(y, x) == tape.gradient(y, x) == 6
    assert tape.gradient(x * 2, x) == 2
    assert y.gradient is None  # not on the way of the latest target


def test_a_list_gives_a_list_and_unconnected_sources_zeros():
    tape = Tape()
    x, w = tape.watch([1.0, 2.0]), tape.watch([3.0])
    (dx, dw) = tape.gradient(x.sum(), [x, w])
    np.testing.assert_array_equal(dx, [1, 1])
    np.testing.assert_array_equal(dw, [0])
    assert tape.gradient(x, x, [5.0, 6.0]).tolist() == [5, 6]
    assert tape.gradient(x, x).tolist() == [1, 1]
    assert tape.gradient(w * 2, (x,))[0].tolist() == [0, 0]


def test_gradients_belong_to_whoever_asked():
    tape = Tape()
    a, b = tape.watch([1.0, 2.0]), tape.watch([3.0, 4.0])
    upstream = np.ones(2)
    for target, dy in ((a.sum() + b.sum(), None), (a + b, None), (a + b, upstream)):
        da, db = tape.gradient(target, [a, b], dy)
        da *= 2
        np.testing.assert_array_equal([da, db, upstream], [[2, 2], [1, 1], [1, 1]])


def test_reductions_of_numpy_are_recorded():
    tape = Tape()
    x = tape.watch([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(tape.gradient(np.sum(x), x), np.ones((2, 2)))
    np.testing.assert_array_equal(np.mean(x, axis=0).value, [2, 3])
    np.testing.assert_array_equal(np.max(x, 1, keepdims=True).value, [[2], [4]])


def test_constants_get_no_gradient():
    tape = Tape()
    x = tape.watch([1.0, 2.0])
    y = x * np.array([3.0, 4.0])
    tape.gradient(y, x)
    constant = next(node for node in tape.nodes if node.operation == "constant")
    assert constant.constant
    assert constant.gradient is None
    assert not y.constant


def test_float32_stays_float32(rng):
    x = rng.normal(size=(2, 3)).astype(np.float32)
    value, (gradient,) = ours(lambda x: (2 * x**2 / 3 + 1.5).mean(), x)
    assert value.dtype == gradient.dtype == np.float32
    exact = ours(lambda x: (2 * x**2 / 3 + 1.5).mean(), x.astype(np.float64))
    assert scaled_error(value, exact[0]) < 1e-6
    assert scaled_error(gradient, exact[1][0]) < 1e-6


def test_watching_copies_nothing_and_changes_nothing(rng):
    x = rng.normal(size=(2, 3))
    before = x.copy()
    ours(lambda x: (np.exp(x) * x[0]).sum(), x)
    np.testing.assert_array_equal(x, before)
    assert Tape().watch(x).value is x


@pytest.mark.parametrize("kind", ["chain", "sum", "fan"])
def test_deep_and_wide_graphs(kind):
    n = 10_000
    tape = Tape()
    x = tape.watch(1.0)
    y = x
    for _ in range(n):
        if kind == "chain":
            y = y * (1 + 1e-4)
        elif kind == "sum":
            y = y + x
        else:
            y = y + x * x
    expected = {"chain": (1 + 1e-4) ** n, "sum": n + 1, "fan": 2 * n + 1}[kind]
    assert tape.gradient(y, x) == pytest.approx(expected, rel=1e-10)
    assert len(autodiff.ancestors(y)) > n


def test_the_way_back_visits_each_operation_once():
    # Twenty doublings share their input: a walk along all 2^20 paths would take minutes.
    tape = Tape()
    x = tape.watch(1.0)
    y = x
    for _ in range(20):
        y = y + y
    calls = 0
    for node in tape.nodes:

        def counted(dy, vjp=None):
            nonlocal calls
            calls += 1
            return vjp(dy)

        node.vjps = tuple(lambda dy, vjp=vjp: counted(dy, vjp) for vjp in node.vjps)
    assert tape.gradient(y, x) == 2**20
    assert calls == 40


# ------------------------------------------------------------------ graph


def test_ancestors_and_edges():
    tape = Tape()
    x, unused = tape.watch(3.0, "x"), tape.watch(1.0, "unused")
    y = x * x
    later = y + unused
    assert autodiff.ancestors(y) == [x, y]
    assert autodiff.edges(y) == [(x, y), (x, y)]
    assert autodiff.ancestors(later) == [x, unused, y, later]


def test_graphviz_text():
    tape = Tape()
    x = tape.watch(3.0, "x")
    y = x**2 + np.array([1.0, 2, 3, 4, 5])
    y.name = "y"
    tape.gradient(y.sum(), x)
    text = autodiff.to_dot(y)
    assert text == (
        "digraph tape {\n"
        "  rankdir=LR;\n"
        '  n0 [label="x\\nvalue 3\\ngradient 30", shape=box];\n'
        '  n1 [label="constant\\nvalue 2", shape=plaintext];\n'
        '  n2 [label="power\\nvalue 9\\ngradient 5", shape=ellipse];\n'
        '  n3 [label="constant\\nvalue of shape 5", shape=plaintext];\n'
        '  n4 [label="y = add\\nvalue of shape 5\\ngradient of shape 5", shape=ellipse];\n'
        "  n0 -> n2;\n  n1 -> n2;\n  n2 -> n4;\n  n3 -> n4;\n"
        "}\n"
    )
    assert len(re.findall("->", text)) == len(autodiff.edges(y))


def test_graphviz_text_escapes_names():
    tape = Tape()
    text = autodiff.to_dot(tape.watch([1.0, 2.5], 'the "x" \\ y'))
    assert r'label="the \"x\" \\ y\nvalue [1. , 2.5]"' in text


def test_repr():
    assert repr(Tape().watch(2.0, "w")) == "<Node w array(2.)>"


# ------------------------------------------------------------------ mistakes

tape = Tape()
node = tape.watch(np.ones((2, 3)), "node")
MISTAKES = [
    (lambda: tape.gradient(3.0, node), ValueError, "expected nodes of this tape, received 3.0. No"),
    (lambda: Tape().gradient(node, node), ValueError, "expected nodes of this tape"),
    (lambda: tape.gradient(node, [1.0]), ValueError, "expected nodes of this tape, received 1.0"),
    (lambda: tape.gradient(node, node, np.ones(3)), ValueError, r"shape of the target, \(2, 3\)"),
    (lambda: node @ node, ValueError, r"matmul: operands: .* received \(\(2, 3\), \(2, 3\)\)"),
    (lambda: node + np.ones(2), ValueError, r"add: operands: expected two shapes that fit togeth"),
    (lambda: node * Tape().watch(1.0), ValueError, "multiply: expected two nodes of one tape, rec"),
    (lambda: autodiff.add(1, 2), ValueError, r"add: operands: expected at least one node, rec"),
    (lambda: node + "1", ValueError, "add: operand: expected an array of real numbers"),
    (lambda: tape.watch("abc", "x"), ValueError, "watch: x: expected an array of real numbers"),
    (lambda: np.sin(node), TypeError, r"np.sin cannot be recorded on a tape. Those that can: np"),
    (lambda: np.add.reduce(node), TypeError, "np.add cannot be recorded"),
    (lambda: np.concatenate([node, node]), TypeError, "np.concatenate cannot be.*np.sum, np.mean"),
    (lambda: autodiff.activate(node, "rellu"), ValueError, "Did you mean 'relu'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), MISTAKES)
def test_mistakes_get_a_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call()
