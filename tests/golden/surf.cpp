// SURF as dlib has it: reads width·height grey bytes, prints x, y, scale and angle of the strongest points, and the
// sign of their Laplacian. surf.py compiles and calls it.
//
//     apt-get install libdlib-dev libblas-dev liblapack-dev
//     g++ -O2 -o surf surf.cpp -ldlib -l:libblas.so.3 -l:liblapack.so.3
#include <dlib/array2d.h>
#include <dlib/image_keypoint.h>

#include <cstdio>
#include <cstdlib>

int main(int, char** arguments) {
  const int width = std::atoi(arguments[1]), height = std::atoi(arguments[2]), most = std::atoi(arguments[3]);
  dlib::array2d<unsigned char> picture(height, width);
  for (int i = 0; i < height; i++)
    for (int j = 0; j < width; j++) picture[i][j] = static_cast<unsigned char>(std::getchar());
  for (const auto& point : dlib::get_surf_points(picture, most))
    std::printf("%.3f %.3f %.4f %.4f %d\n", point.p.center.x(), point.p.center.y(), point.p.scale, point.angle,
                point.p.laplacian > 0 ? 1 : -1);
}
