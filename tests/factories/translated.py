"""An invented translation that an invented colleague has checked: written from right to left."""

from datetime import date

ARABIC = {
    "key": "ar",
    "id": "ksaf-consent-2-ar",
    "of": "ksaf-consent-2",
    "kind": "translation",
    "name": "العربية",
    "language": "ar",
    "direction": "rtl",
    "effective_from": date(2026, 11, 23),
    "title": "اختيارك",
    "introduction": [["", "نحن نساعد العائلات."]],
    "rights": [["", "يمكنك تغيير رأيك."]],
    "safety": [["", "سلامة الطفل أولاً."]],
    "purpose": [
        {"key": key, "title": f"السؤال {number}", "said": [["", "نص السؤال."]]}
        for number, key in enumerate(
            ("ksaf_support", "updates_to_referrer", "contact_family", "named_others", "anonymised_figures"), 1
        )
    ],
    "checked_by": "Invented Reader",
    "checked_on": date(2026, 11, 20),
}
