"""A text with a wrong percentage and a claim that the starter library bears out; also for programs that run outside pytest."""

TEXT = (
    "# Baastrup's disease\n\n"
    "In Baastrup's disease, 99 of 277 patients (45.7%) had anti-inflammatory drugs and physical therapy.\n\n"
    "Baastrup's disease is treated with local steroid injection when imaging shows active inflammation.\n"
)
