"""What the pages about dossiers say around their tables; read by officials, hence Vietnamese."""

INDEX_766 = """# Bộ chỉ số phục vụ người dân, doanh nghiệp (QĐ 766)

Điểm của mỗi chỉ số = điểm tối đa × tử số / mẫu số, đủ điểm từ mức ghi trong bộ chỉ số. Ngưỡng, ý nghĩa của
0/0 và mức xếp loại là dữ liệu có ngày hiệu lực: kỳ cũ được tính lại bằng bộ cũ.

- **Làm tròn từng chỉ số** đến hai chữ số thập phân, nửa thì lên, rồi mới cộng. Nhóm và tổng là tổng của các
  điểm đã làm tròn. So với Cổng Dịch vụ công quốc gia, chênh đến 0,015 là do làm tròn.
- **Chưa có dữ liệu, không phát sinh và 0 điểm là ba việc khác nhau.** Chưa có dữ liệu thì để trống. Không
  phát sinh (mẫu số 0) theo từng chỉ số: không có điểm, đủ điểm (không có phản ánh, kiến nghị) hoặc 0 điểm
  (không có hồ sơ thì không có điểm hài lòng).
- **Thiếu số liệu thì không quy đổi.** Điểm của nhóm là tổng các chỉ số có điểm; nhóm không có chỉ số nào có
  điểm thì để trống, không phải 0. Còn thiếu số liệu thì tổng là tạm tính và chưa xếp loại. Tử số hoặc mẫu
  số để trống đều là chưa có dữ liệu.
- **Nguồn**: V đã tính lại và khớp số công bố; S thấy trong tài liệu; R suy ra. Phụ lục đã ký của quyết định
  chưa tra được.

Trên dòng lệnh: `openpar qd766 score --inputs so-lieu.csv --out diem.csv`. Tệp vào có các cột `unit`,
`indicator`, `numerator`, `denominator`; tệp ra `unit`, `group`, `indicator`, `points`: dòng của nhóm không có
mã chỉ số, dòng tổng không có cả nhóm lẫn mã chỉ số. `--explain` ghi thêm số liệu và lý do cạnh từng điểm.
"""

BALANCE = """# Đối chiếu số liệu hồ sơ

Số hồ sơ của một đơn vị trong một kỳ phải khớp với nhau. Hệ thống tính chỗ lệch, nêu cách đọc dễ xảy ra nhất,
và không tự sửa số nào. *Lệch* = vế trái − vế phải.

- **Để trống không phải là 0.** Đẳng thức có ô trống thì không kết luận khớp hay lệch.
- **Chỉ kiểm tra đẳng thức có đủ cột.** Cột không có trong bảng thì không đoán.
- Trả lại, rút, dừng, chờ bổ sung, tạm dừng là các số riêng. Nơi thì tính trong “đúng hạn”, nơi thì có cột
  riêng: cách đọc nói rõ trường hợp nào làm cho các số khớp.
- Dòng tổng phải bằng tổng các dòng, ở từng cột (`E6`). Kỳ trước chuyển sang của kỳ này bằng đang giải quyết
  cuối kỳ trước (`E5`). Số lũy kế không bao giờ cộng dồn kỳ trước chuyển sang (`E7`): số nhận, số giải quyết
  thì cộng; kỳ trước chuyển sang lấy của kỳ đầu; đang giải quyết lấy của kỳ cuối.

Trên dòng lệnh: `openpar reconcile so-lieu.csv`; kết thúc với mã 0 khi mọi đẳng thức khớp, 1 khi có đẳng thức
lệch, 2 khi tệp không đọc được.
"""
