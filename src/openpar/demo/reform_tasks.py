"""The tasks of the made-up plans: fifty of an agency, a few of the province; invented, as the demo says."""

from __future__ import annotations

from openpar.reform.plans.lines import Deadline, NewLine, led_by, led_by_class

# Field → tasks of an agency's yearly plan, with their products; fifty in all.
AGENCY_TASKS: dict[str, tuple[tuple[str, str], ...]] = {
    "F0": (
        ("Ban hành kế hoạch cải cách hành chính của cơ quan", "Kế hoạch"),
        ("Ban hành kế hoạch tuyên truyền cải cách hành chính", "Kế hoạch"),
        ("Ban hành kế hoạch kiểm tra đơn vị trực thuộc", "Kế hoạch"),
        ("Kiểm tra cải cách hành chính các đơn vị trực thuộc", "Thông báo kết luận"),
        ("Tổ chức hội nghị rút kinh nghiệm sau công bố Chỉ số", "Biên bản"),
        ("Ban hành kế hoạch khắc phục hạn chế của Chỉ số năm trước", "Kế hoạch"),
        ("Đánh giá các mô hình, sáng kiến đang triển khai", "Báo cáo"),
        ("Đăng ký sáng kiến cải cách hành chính", "Danh sách đăng ký"),
        ("Đối thoại của lãnh đạo với người dân, doanh nghiệp", "Biên bản"),
        ("Bồi dưỡng nghiệp vụ cho cán bộ đầu mối cải cách hành chính", "Danh sách học viên"),
    ),
    "F1": (
        ("Rà soát văn bản quy phạm pháp luật thuộc lĩnh vực", "Danh mục"),
        ("Tự kiểm tra văn bản đã tham mưu ban hành", "Báo cáo"),
        ("Theo dõi thi hành pháp luật trong lĩnh vực trọng tâm", "Báo cáo"),
        ("Tham mưu văn bản theo chương trình công tác", "Tờ trình"),
        ("Góp ý dự thảo văn bản của trung ương", "Công văn"),
        ("Xử lý văn bản hết hiệu lực sau rà soát", "Quyết định"),
    ),
    "F2": (
        ("Rà soát, đề xuất đơn giản hóa thủ tục", "Phương án"),
        ("Niêm yết, công khai thủ tục vừa công bố", "Biên bản kiểm tra"),
        ("Xử lý phản ánh, kiến nghị về quy định hành chính", "Văn bản trả lời"),
        ("Gửi văn bản xin lỗi đối với hồ sơ trễ hạn", "Công văn"),
        ("Số hóa kết quả giải quyết còn hiệu lực", "Số liệu"),
        ("Vận động nộp hồ sơ trực tuyến tại các xã vùng xa", "Báo cáo"),
        ("Mở rộng thanh toán trực tuyến phí, lệ phí", "Số liệu"),
        ("Rút ngắn quy trình nội bộ của mười thủ tục", "Quyết định"),
        ("Khảo sát sự hài lòng tại Bộ phận Một cửa", "Báo cáo"),
        ("Chuẩn hóa mẫu đơn điện tử", "Mẫu đơn"),
    ),
    "F3": (
        ("Rà soát chức năng, nhiệm vụ các phòng chuyên môn", "Tờ trình"),
        ("Kiện toàn chức danh lãnh đạo phòng còn thiếu", "Quyết định"),
        ("Sắp xếp đơn vị sự nghiệp trực thuộc", "Đề án"),
        ("Rà soát danh mục phân cấp, ủy quyền", "Danh mục"),
        ("Sửa quy chế làm việc của cơ quan", "Quyết định"),
    ),
    "F4": (
        ("Cập nhật đề án vị trí việc làm", "Đề án"),
        ("Ban hành kế hoạch đào tạo, bồi dưỡng", "Kế hoạch"),
        ("Thực hiện kế hoạch tuyển dụng viên chức", "Quyết định"),
        ("Kiểm tra đột xuất kỷ luật, kỷ cương", "Biên bản"),
        ("Chuyển đổi vị trí công tác theo quy định", "Quyết định"),
        ("Đánh giá, xếp loại công chức hằng quý", "Thông báo"),
    ),
    "F5": (
        ("Sửa quy chế chi tiêu nội bộ", "Quyết định"),
        ("Giao quyền tự chủ tài chính cho đơn vị sự nghiệp", "Quyết định"),
        ("Thực hiện kết luận kiểm toán", "Báo cáo"),
        ("Công khai dự toán, quyết toán", "Biên bản"),
        ("Giải ngân vốn đầu tư công được giao", "Số liệu"),
    ),
    "F6": (
        ("Ký số toàn bộ văn bản đi, trừ văn bản mật", "Số liệu"),
        ("Xử lý hồ sơ công việc trên môi trường mạng", "Số liệu"),
        ("Đánh giá nội bộ hệ thống quản lý chất lượng ISO", "Báo cáo"),
        ("Họp xem xét của lãnh đạo về hệ thống quản lý chất lượng", "Biên bản"),
        ("Kết nối phần mềm chuyên ngành với kho dữ liệu dùng chung", "Biên bản nghiệm thu"),
        ("Tập huấn an toàn thông tin", "Danh sách học viên"),
        ("Chấm dứt gửi song song bản giấy", "Công văn"),
        ("Cập nhật dữ liệu mở của ngành", "Bộ dữ liệu"),
    ),
}
# Lines of the province's plan: field, text, product, class of agencies that lead.
PROVINCE_TASKS = (
    ("F0", "Ban hành kế hoạch cải cách hành chính năm của từng cơ quan", "Kế hoạch", "departments"),
    ("F0", "Kiểm tra cải cách hành chính các đơn vị trực thuộc", "Thông báo kết luận", "departments"),
    ("F2", "Nâng tỷ lệ hồ sơ nộp trực tuyến", "Báo cáo", "departments"),
    ("F4", "Hoàn thành bố trí công chức theo vị trí việc làm", "Quyết định", "departments"),
    ("F6", "Ký số toàn bộ văn bản đi, trừ văn bản mật", "Báo cáo", "departments"),
)
COMMUNE_TASK = ("F2", "Bố trí đủ thiết bị cho Trung tâm Phục vụ hành chính công", "Biên bản", "communes")


def agency_tasks() -> list[tuple[str, str, str]]:
    """Field, text and product of all fifty, in the order of the fields."""
    return [(field, text, product) for field, each in AGENCY_TASKS.items() for text, product in each]


def own_line(field: str, text: str, product: str, deadline: Deadline, organisation_id: int) -> NewLine:
    """A line of an agency's plan that the agency leads itself."""
    return NewLine(field=field, text=text, product=product, deadline=deadline, leads=led_by(organisation_id))


def class_line(field: str, text: str, product: str, agencies: str, deadline: Deadline) -> NewLine:
    """A line of the province's plan that fans out to a class of agencies."""
    return NewLine(field=field, text=text, product=product, deadline=deadline, leads=led_by_class(agencies))
