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
Dòng tiêu đề dùng tên cột dưới đây, hoặc là tiêu đề của sáu bảng thống kê mà
hệ thống một cửa in ra (tổng hợp theo đơn vị, theo lĩnh vực, tiến độ, số hóa, thanh toán, đồng bộ): một hoặc
hai dòng, có thể nằm dưới tên bảng.
"""

VERDICTS = """# Đúng hạn theo luật và theo QĐ 766

Cùng một hồ sơ có hai kết luận, để cạnh nhau và không bao giờ cộng chung vào một số.

| | theo luật (NĐ 61/2018 Điều 19) | theo QĐ 766 (chỉ số 2.1) |
| --- | --- | --- |
| bổ sung hồ sơ | cả thời hạn tính lại khi đủ hồ sơ, một lần | trừ số ngày từ yêu cầu đến bổ sung xong |
| yêu cầu bổ sung lần hai | không được phép, đồng hồ vẫn chạy | hồ sơ là quá hạn |
| chờ nộp phí, tạm dừng | đồng hồ dừng | không trừ |
| đang giải quyết, còn trong hạn | chưa kết luận | tính là đúng hạn |
| lúc kết thúc | xử lý xong (trạng thái 9) | đầu tiên có: 9; 10; 8, 3, 7; ngày yêu cầu bổ sung; ngày tính |
| không có hạn trả | lỗi dữ liệu, đếm riêng | tính là đúng hạn |

- So **ngày theo giờ Việt Nam** với **hạn gốc**. Thời hạn tính bằng giờ thì so cả giờ.
- Xin lỗi và hẹn lại không đổi kết luận nào; xin lỗi phải có chậm nhất một ngày làm việc trước ngày hẹn, một
  lần. Muộn hơn là thiếu xin lỗi (Q10).
- Kết quả nằm ở quầy nhiều tuần không làm hồ sơ trễ.
- Chờ bổ sung, tạm dừng, rút, trả lại, dừng là các số riêng, không phải đúng hạn, cũng không phải quá hạn.
- Giấy hẹn ghi ngày khác với thời hạn của thủ tục thì theo giấy hẹn.

Các lựa chọn trên là dữ liệu có ngày hiệu lực (`data/dossier_verdicts.yaml`): hồ sơ giữ quy tắc của ngày nó
được tiếp nhận. Trừ ngày làm việc hay ngày lịch, có trừ thời gian chờ nộp phí hay không chưa thấy văn bản nào
nói rõ.
"""

EVALUATION = """# Đánh giá việc giải quyết thủ tục hành chính (TT 01/2018)

Chín chỉ số, mỗi phiếu hoặc mỗi cơ quan được 0, 1 hoặc 2 điểm (TT 01/2018/TT-VPCP Điều 13–15). Giá trị của một
chỉ số là tổng điểm chia số phiếu, làm tròn một lần đến một chữ số thập phân, nửa thì lên.

- Điểm của công chức: chỉ số 1, 2, 3, 4 và 7, tối đa 10. Điểm của cơ quan: cả chín, tối đa 18.
- **Chỉ số không có phiếu thì rút khỏi điểm và khỏi điểm tối đa**, không phải 0; mức xếp loại khi đó lấy theo
  cùng tỷ lệ của phần còn lại.
- Nhiều cơ quan cùng giải quyết thì cơ quan chậm nhất quyết định chỉ số 2.
- Mức hài lòng mà người dân tự ghi sau giao dịch là công cụ khác, không vào đây.
- TT 01/2018 được thay bằng TT 03/2025/TT-VPCP từ 15/09/2025; còn giữ cách đánh giá này hay không chưa rõ.
"""
