"""Near-identical answers are listed; different ones, starters and textbook answers are not."""

from dlcourse.grading.similarity import alike, shape

ONE = """
def train(X, y, epochs):
    # go through the points
    weights, bias = np.zeros(X.shape[1]), 0.0
    for epoch in range(epochs):
        for x, target in zip(X, y):
            error = target - (1 if x @ weights + bias > 0 else 0)
            weights = weights + error * x
            bias = bias + error
    return weights, bias
"""
RENAMED = """
def train(data, labels, n):
    '''My own words.'''
    w, b = np.zeros(data.shape[1]), 0.0
    for i in range(n):
        for point, t in zip(data, labels):

            e = t - (1 if point @ w + b > 0 else 0)
            w = w + e * point
            b = b + e    # and the bias
    return w, b
"""
NEARLY = RENAMED.replace("    return w, b", "    print(w)\n    return w, b")
DIFFERENT = """
def train(X, y, epochs):
    augmented = np.hstack([X, np.ones((len(X), 1))])
    state = np.zeros(augmented.shape[1])
    index = 0
    while index < epochs * len(X):
        row = augmented[index % len(X)]
        predicted = int(row.dot(state) > 0)
        state += (y[index % len(X)] - predicted) * row
        index += 1
    return state[:-1], state[-1]
"""


def others(count: int) -> list[tuple[str, str]]:
    """Return students with answers of their own: other operators and numbers, other lengths."""
    return [
        (
            f"other{n}",
            DIFFERENT.replace("index += 1", "index += 1\n" + f"        index -= {n}\n" * n),
        )
        for n in range(1, count + 1)
    ]


def test_names_comments_and_layout_do_not_count():
    assert shape(ONE) == shape(RENAMED)
    assert len(shape(ONE)) > 40


def test_what_a_name_refers_to_counts():
    assert shape("def f(a, b):\n    return np.exp(a)") != shape(
        "def f(a, b):\n    return np.log(a)"
    )
    assert shape("def f(a, b):\n    return a") != shape("def f(a, b):\n    return b")


def test_copies_are_found_however_they_are_disguised():
    found = alike("train", [("ada", ONE), ("bob", RENAMED), ("eve", DIFFERENT), *others(3)])
    assert ("ada", "bob", 1.0) in [(pair.first, pair.second, pair.share) for pair in found]
    assert not any(
        "eve" in (pair.first, pair.second) and "ada" in (pair.first, pair.second) for pair in found
    )


def test_an_added_line_does_not_hide_a_copy():
    found = alike("train", [("ada", ONE), ("bob", NEARLY), ("eve", DIFFERENT)])
    assert [(pair.first, pair.second) for pair in found] == [("ada", "bob")]
    assert 0.8 <= found[0].share < 1


def test_starters_short_answers_and_broken_ones_are_left_out():
    assert alike("train", [("ada", ONE), ("bob", ONE)], starter=ONE) == []
    assert alike("train", [("ada", "x = 1"), ("bob", "x = 1")]) == []
    assert alike("train", [("ada", "def (:" * 40), ("bob", "def (:" * 40)]) == []


def test_what_many_found_is_nobodys_copy():
    assert alike("train", [(f"s{n}", ONE) for n in range(30)]) == []


def test_a_student_is_not_compared_with_themselves():
    assert alike("train", [("ada", ONE), ("ada", RENAMED)]) == []


def test_what_nearly_everybody_wrote_with_a_line_of_their_own_is_nobodys_copy():
    answers = [
        (
            f"s{n}",
            DIFFERENT.replace("index += 1", f"index += 1\n        z{n} = {n} + {n * 7} * {n}"),
        )
        for n in range(400)
    ]
    assert alike("train", answers) == []
