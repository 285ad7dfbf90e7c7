"""What people ask about their data: copies, corrections, erasure, objections, complaints, each with the law's clock."""
