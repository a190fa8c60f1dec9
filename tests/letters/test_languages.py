"""What families read in the other languages, word for word.

In these texts "~" stands for a space where no line breaks, "⟨" and "⟦" for the invisible characters that begin a name
or a number of its own direction (U+2068, U+2066), and "⟩" for the one that ends it (U+2069).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sheets_mastery.letters import Letter, LetterPress

Gather = Callable[..., Letter]

FRENCH = """\
La prochaine étape pour José

Bonjour Rosa Peña,

José peut encore terminer 2 travaux. Voici la prochaine étape et l’aide proposée pour chacun.

* Unit 4 quiz
  Pas encore terminé
  Attendu~: 86~%   Obtenu~: 72,5~%
  D’abord, José regardera une courte vidéo sur le sujet. Ensuite, il sera temps de réessayer.
  À terminer au plus tard le vendredi 6~novembre.
  Voir la vidéo~: https://school.example/ratios?unit=4&part=1

* Homework 11
  Pas encore rendu
  Attendu~: 86~%
  D’abord, José utilisera le temps de classe réservé à ce travail. Ensuite, il sera temps de rendre le travail.
  À terminer au plus tard le vendredi 6~novembre.

Toujours à terminer

* Project 2: scale drawing
  Pas encore terminé
  Attendu~: 86~%   Obtenu~: 85,99~%
  D’abord, José travaillera dessus en petit groupe avec l’enseignante ou l’enseignant. Ensuite, il sera temps de \
réessayer.
  À terminer au plus tard le mardi 3~novembre.

Que veut dire «~pas encore terminé~»~?
Le contrat fixe un niveau de 86~% pour José, afin que chaque élève ait un défi à sa mesure. Un travail en dessous \
de ce niveau n’est pas un échec. Il n’est simplement pas encore terminé.

Des questions~? Il suffit de répondre à ce courriel ou d’écrire à Ms. Rivera~: rivera@lincoln.example.edu.

Merci de soutenir José.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

VIETNAMESE = """\
Bước tiếp theo của José

Kính gửi Rosa Peña,

José vẫn có thể hoàn thành 2 bài. Dưới đây là việc cần làm tiếp theo và sự hỗ trợ của nhà trường.

* Unit 4 quiz
  Chưa hoàn thành
  Cần đạt: 86%   Đã đạt: 72,5%
  Trước tiên, José sẽ xem một video ngắn về nội dung này. Sau đó là lúc làm lại bài.
  Hạn chót: Thứ Sáu, ngày 6 tháng 11.
  Xem video: https://school.example/ratios?unit=4&part=1

* Homework 11
  Chưa nộp
  Cần đạt: 86%
  Trước tiên, José sẽ dùng thời gian trên lớp dành riêng cho bài này. Sau đó là lúc nộp bài.
  Hạn chót: Thứ Sáu, ngày 6 tháng 11.

Bài còn lại từ trước

* Project 2: scale drawing
  Chưa hoàn thành
  Cần đạt: 86%   Đã đạt: 85,99%
  Trước tiên, José sẽ làm bài trong nhóm nhỏ cùng thầy cô. Sau đó là lúc làm lại bài.
  Hạn chót: Thứ Ba, ngày 3 tháng 11.

“Chưa hoàn thành” nghĩa là gì
Bản cam kết học tập đặt ra mức 86% cho José, để mỗi học sinh đều được thử sức. Bài dưới mức đó không có nghĩa là bị \
trượt, chỉ là chưa hoàn thành.

Nếu có câu hỏi, xin trả lời e-mail này hoặc viết cho Ms. Rivera theo địa chỉ rivera@lincoln.example.edu.

Cảm ơn quý vị đã luôn đồng hành cùng José.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

CHINESE = """\
José的下一步

Rosa Peña，您好：

José还可以完成2项学习任务。下面告诉您接下来怎么做，以及学校提供的帮助。

* Unit 4 quiz
  尚未完成
  需要达到：86%   目前达到：72.5%
  首先，José会看一段相关的短视频。然后再试一次。
  请最晚在11月6日星期五完成。
  观看视频：https://school.example/ratios?unit=4&part=1

* Homework 11
  尚未提交
  需要达到：86%
  首先，José会利用为这项任务安排的课堂时间。然后提交。
  请最晚在11月6日星期五完成。

之前尚未完成的任务

* Project 2: scale drawing
  尚未完成
  需要达到：86%   目前达到：85.99%
  首先，José会参加由老师带领的小组，一起做这项任务。然后再试一次。
  请最晚在11月3日星期二完成。

“尚未完成”是什么意思
学习约定为José设定的标准是86%，让每位学生都有适合自己的挑战。低于这个标准并不是不及格，只是还没有完成。

有问题吗？请直接回复这封邮件，或写信给Ms. Rivera（rivera@lincoln.example.edu）。

感谢您对José的支持。

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

ARABIC = """\
الخطوة التالية أمام ⟨José⟩

تحية طيبة ⟨Rosa Peña⟩،

ما زال بإمكان ⟨José⟩ إنهاء مهمتين دراسيتين. إليكم الخطوة التالية والمساعدة المتوفرة لكل منهما.

* Unit 4 quiz
  لم تكتمل بعد
  المطلوب: ⟦86%⟩   النتيجة: ⟦72.5%⟩
  الخطوة الأولى أمام ⟨José⟩ هي مشاهدة فيديو قصير عن الموضوع. بعد ذلك تأتي المحاولة من جديد.
  يُرجى إنهاء هذه المهمة في موعد أقصاه الجمعة، 6~نوفمبر.
  مشاهدة الفيديو: https://school.example/ratios?unit=4&part=1

* Homework 11
  لم تُسلَّم بعد
  المطلوب: ⟦86%⟩
  الخطوة الأولى أمام ⟨José⟩ هي الاستفادة من وقت الحصة المخصّص لهذه المهمة. بعد ذلك يأتي تسليم المهمة.
  يُرجى إنهاء هذه المهمة في موعد أقصاه الجمعة، 6~نوفمبر.

مهام سابقة لم تكتمل بعد

* Project 2: scale drawing
  لم تكتمل بعد
  المطلوب: ⟦86%⟩   النتيجة: ⟦85.99%⟩
  الخطوة الأولى أمام ⟨José⟩ هي العمل على المهمة ضمن مجموعة صغيرة مع المعلّم أو المعلّمة. بعد ذلك تأتي المحاولة من \
جديد.
  يُرجى إنهاء هذه المهمة في موعد أقصاه الثلاثاء، 3~نوفمبر.

ماذا تعني عبارة «لم تكتمل بعد»؟
يحدّد العقد الدراسي المستوى المطلوب من ⟨José⟩، وهو ⟦86%⟩، كي يجد الجميع تحدّيًا يناسبهم. العمل الذي يقلّ عن هذا \
المستوى لا يُعدّ رسوبًا، بل هو عمل لم يكتمل بعد.

هل من أسئلة؟ يكفي الرد على هذه الرسالة أو الكتابة إلى ⟨Ms. Rivera⟩ على العنوان rivera@lincoln.example.edu.

شكرًا لكم على وقوفكم إلى جانب ⟨José⟩.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

FRENCH_TO_THE_STUDENT = """\
Ta prochaine étape

Bonjour José,

Tu peux encore terminer «~Unit 4 quiz~». Voici la prochaine étape et l’aide proposée.

* Unit 4 quiz
  Pas encore terminé
  Attendu~: 86~%   Obtenu~: 72,5~%
  D’abord, travaille dessus en tête-à-tête avec l’enseignante ou l’enseignant. Ensuite, il sera temps de réessayer.
  À terminer au plus tard le vendredi 6~novembre.

Que veut dire «~pas encore terminé~»~?
Ton contrat fixe ton propre niveau à 86~%, afin que chaque élève ait un défi à sa mesure. Un travail en dessous de \
ce niveau n’est pas un échec. Il n’est simplement pas encore terminé.

Des questions~? Il suffit de répondre à ce courriel ou d’écrire à Ms. Rivera~: rivera@lincoln.example.edu.

Tu vas y arriver.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

VIETNAMESE_TO_THE_STUDENT = """\
Bước tiếp theo của em

Chào José,

Em vẫn có thể hoàn thành 1 bài. Dưới đây là việc cần làm tiếp theo và sự hỗ trợ dành cho em.

* Unit 4 quiz
  Chưa hoàn thành
  Cần đạt: 86%   Đã đạt: 72,5%
  Trước tiên, em hãy làm bài với sự hướng dẫn riêng của thầy cô. Sau đó là lúc làm lại bài.
  Hạn chót: Thứ Sáu, ngày 6 tháng 11.

“Chưa hoàn thành” nghĩa là gì
Bản cam kết học tập của em đặt ra mức riêng cho em là 86%, để mỗi học sinh đều được thử sức. Bài dưới mức đó không \
có nghĩa là bị trượt, chỉ là chưa hoàn thành.

Nếu có câu hỏi, xin trả lời e-mail này hoặc viết cho Ms. Rivera theo địa chỉ rivera@lincoln.example.edu.

Em sẽ làm được.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

CHINESE_TO_THE_STUDENT = """\
你的下一步

José，你好：

你还可以完成1项学习任务。下面告诉你接下来怎么做，以及你会得到的帮助。

* Unit 4 quiz
  尚未完成
  需要达到：86%   目前达到：72.5%
  首先，在老师一对一的辅导下做这项任务。然后再试一次。
  请最晚在11月6日星期五完成。

“尚未完成”是什么意思
学习约定为你设定的标准是86%，让每位学生都有适合自己的挑战。低于这个标准并不是不及格，只是还没有完成。

有问题吗？请直接回复这封邮件，或写信给Ms. Rivera（rivera@lincoln.example.edu）。

你能做到。

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

ARABIC_TO_THE_STUDENT = """\
خطوتك التالية

مرحبًا ⟨José⟩،

ما زال بإمكانك إنهاء «⟨Unit 4 quiz⟩». إليك الخطوة التالية والمساعدة المتوفرة.

* Unit 4 quiz
  لم تكتمل بعد
  المطلوب: ⟦86%⟩   النتيجة: ⟦72.5%⟩
  الخطوة الأولى: العمل على المهمة في جلسة فردية مع المعلّم أو المعلّمة. بعد ذلك تأتي المحاولة من جديد.
  يُرجى إنهاء هذه المهمة في موعد أقصاه الجمعة، 6~نوفمبر.

ماذا تعني عبارة «لم تكتمل بعد»؟
يحدّد العقد الدراسي مستواك الخاص، وهو ⟦86%⟩، كي يجد الجميع تحدّيًا يناسبهم. العمل الذي يقلّ عن هذا المستوى لا يُعدّ \
رسوبًا، بل هو عمل لم يكتمل بعد.

هل من أسئلة؟ يكفي الرد على هذه الرسالة أو الكتابة إلى ⟨Ms. Rivera⟩ على العنوان rivera@lincoln.example.edu.

بإمكانك النجاح.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""


def readable(text: str) -> str:
    """A text with its invisible characters seen."""
    # Which kind of narrow space stands before a French percent sign depends on the edition of Unicode's tables.
    return text.replace("\u202f", "\xa0").translate({0xA0: "~", 0x2068: "⟨", 0x2066: "⟦", 0x2069: "⟩"})


@pytest.mark.parametrize(
    ("code", "text"),
    [("fr", FRENCH), ("vi", VIETNAMESE), ("zh", CHINESE), ("ar", ARABIC)],
    ids=["fr", "vi", "zh", "ar"],
)
def test_a_family_reads_this(press: LetterPress, usual: Letter, code: str, text: str) -> None:
    assert readable(press.render(usual, code).text) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("fr", FRENCH_TO_THE_STUDENT),
        ("vi", VIETNAMESE_TO_THE_STUDENT),
        ("zh", CHINESE_TO_THE_STUDENT),
        ("ar", ARABIC_TO_THE_STUDENT),
    ],
    ids=["fr", "vi", "zh", "ar"],
)
def test_a_student_reads_this(press: LetterPress, gather: Gather, work: Any, code: str, text: str) -> None:
    letter = gather(work(title="Unit 4 quiz", help="one_to_one"), own=True)
    assert readable(press.render(letter, code).text) == text


@pytest.mark.parametrize(
    ("code", "beginning"),
    [
        (
            "fr",
            [
                "La prochaine étape pour votre enfant",
                "Chère famille,",
                "Votre enfant peut encore terminer «~Unit 4 quiz~». Voici la prochaine étape et l’aide proposée.",
            ],
        ),
        (
            "vi",
            [
                "Bước tiếp theo của con quý vị",
                "Kính gửi quý gia đình,",
                (
                    "Con quý vị vẫn có thể hoàn thành 1 bài. "
                    "Dưới đây là việc cần làm tiếp theo và sự hỗ trợ của nhà trường."
                ),
            ],
        ),
        (
            "zh",
            [
                "您的孩子的下一步",
                "尊敬的家长：",
                "您的孩子还可以完成1项学习任务。下面告诉您接下来怎么做，以及学校提供的帮助。",
            ],
        ),
        (
            "ar",
            [
                "الخطوة التالية أمام ⟨ابنكم أو ابنتكم⟩",
                "العائلة الكريمة،",
                "ما زال بإمكان ⟨ابنكم أو ابنتكم⟩ إنهاء «⟨Unit 4 quiz⟩». إليكم الخطوة التالية والمساعدة المتوفرة.",
            ],
        ),
    ],
    ids=["fr", "vi", "zh", "ar"],
)
def test_a_letter_without_names_is_still_a_letter(
    press: LetterPress, gather: Gather, work: Any, code: str, beginning: list[str]
) -> None:
    letter = gather(work(title="Unit 4 quiz"), name="", guardian="")
    assert readable(press.render(letter, code).text).split("\n\n")[:3] == beginning


@pytest.mark.parametrize(
    ("count", "things"),
    [
        (2, "مهمتين دراسيتين. إليكم الخطوة التالية والمساعدة المتوفرة لكل منهما."),
        (3, "3 مهام دراسية. إليكم الخطوة التالية والمساعدة المتوفرة لكل منها."),
        (11, "11 مهمة دراسية. إليكم الخطوة التالية والمساعدة المتوفرة لكل منها."),
        (100, "100 مهمة دراسية. إليكم الخطوة التالية والمساعدة المتوفرة لكل منها."),
    ],
)
def test_arabic_counts_as_arabic_does(press: LetterPress, usual: Letter, count: int, things: str) -> None:
    letter = replace(usual, items=usual.items[:1] * count)
    assert readable(press.render(letter, "ar").text).split("\n\n")[2] == f"ما زال بإمكان ⟨José⟩ إنهاء {things}"
